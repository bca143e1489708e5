"""Quotas, as REST says and hears them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.schemas.base import Account, Body, Read
from server.schemas.people import RoleWord

WhatWord = Literal["gpu_hours", "queued_jobs", "compute"]
WHAT = (
    "GPU hours of 30 days; jobs that have not ended; multiply-adds (epochs x flops x networks) "
    "asked for in 30 days"
)


class AllowanceRead(Read):
    what: WhatWord = Field(description=WHAT)
    used: float
    most: float | None = Field(description="null: no limit")


class QuotaRead(Read):
    id: int
    user: str | None = Field(description="name of the account, or null: of everybody of a role")
    role: str | None
    what: WhatWord = Field(description=WHAT)
    most: float | None = Field(description="null: no limit, also where the role has one")


class QuotaPut(Body):
    user: Account | None = Field(None, description="name of the account, or give a role")
    role: RoleWord | None = None
    what: WhatWord = Field(description=WHAT)
    most: float | None = Field(ge=0, le=1e30)
