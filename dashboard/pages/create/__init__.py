"""New population: the form, its preview, and what Refine hands over.

The form's text comes in, `services.sampling` answers. Nothing is stored before Start.
"""
