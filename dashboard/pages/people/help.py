"""Help on People: what its words mean, and its keys."""

from __future__ import annotations

READ = {
    "Role": "A viewer sees what the lab shares. A member makes populations, and steers his "
    "own. An administrator steers everybody's, and looks after accounts.",
    "Disable": "Its sessions end and its tokens are refused; what it made stays its own.",
    "Password link": "For somebody who forgot his: he chooses another by it, once. Nobody "
    "learns anybody's password.",
    "Audit": "Each deed with who did it, from where, by which token. Lines are only ever "
    "added. The address says what is looked for, so a search can be sent to a colleague.",
}
KEYS = {"D": "light or dark", "?": "this help", "Esc": "close"}
