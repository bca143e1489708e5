"""Views: what was kept of the pages, what was written down, what was put away or deleted."""
