"""The names of the ready-made spaces for small images that are not RegNet's own."""

from designspace.spaces.rivals import RIVALS

RESIZED, RAY = "RegNetX small, 8 to 20 px", "RegNetX small, scaled"
SMALL = [*(name for name in RIVALS if name.endswith("small")), RESIZED, RAY]
