"""Backups: all of a lab in one file, and a lab from such a file, while it runs or not.

`manifest` is what a file says of itself, `archive` its form (tar), `sqlite` and `postgresql`
how a database gets into it and out of it, `files` what else lies in the data folder; `saving`
and `restoring` are the two commands.

A file is read whole and compared before anything here is changed, and what is changed is
changed in one transaction: whoever is killed leaves the old or the new.
"""
