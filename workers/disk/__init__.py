"""What outlives a process: files, spool, checkpoints, who may use a device.

Paths come from the settings. No torch, and no decision about a job: what is read may
be half written, and then is nothing.
"""
