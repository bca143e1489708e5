"""Help on Look up: what can be written there, and its keys."""

from __future__ import annotations

READ = {
    "A name": "A published network by torchvision's or timm's spelling: efficientnet_b1; "
    "mobilenet_v2@1.3 has a multiplier of all widths.",
    "A cell": "NAS-Bench-201's string; NAS-Bench-101's matrix and ops as JSON; five widths of "
    "NATS-Bench's size space, 8:16:8:24:64.",
    "A setting": "Once-for-All's ks, e and d as JSON, perhaps with w and r; a configuration "
    "of pycls.",
    "A network": "Its own JSON, as a drawer's link or REST gives it.",
    "Populations": "A population is drawn from the laws of a space, so a network alone joins "
    "none; those that have drawn it are listed, with its results.",
}
KEYS = {"D": "light or dark", "?": "this help", "Esc": "close"}
EXAMPLES = (
    "efficientnet_b1",
    "mobilenet_v2@1.3",
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|skip_connect~2|",
    "8:16:8:24:64",
    '{"matrix": [[0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]], '
    '"ops": ["input", "conv3x3-bn-relu", "maxpool3x3", "output"]}',
)
