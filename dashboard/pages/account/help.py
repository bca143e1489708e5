"""Help on My account: what its words mean, and its keys."""

from __future__ import annotations

READ = {
    "Role": "A viewer sees what the lab shares. A member makes populations, and steers his "
    "own. An administrator steers everybody's, and looks after accounts.",
    "Session": "A browser that is logged in. It lasts 30 days, and 7 unused.",
    "Token": "What a script shows instead of a password. It can be used for its scopes only, "
    "and for nothing that your role does not give.",
    "Scope": "read: see; submit: define, create, steer; worker: take jobs; metrics: read the "
    "server's; admin: accounts and the audit.",
}
KEYS = {"D": "light or dark", "?": "this help", "Esc": "close"}
