"""What all bodies and answers of REST share.

Errors are percent, flops multiply-adds, times milliseconds since 1970.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.work.schedule import PRIORITIES

Item = TypeVar("Item")
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Priority = Annotated[int, Field(ge=min(PRIORITIES), le=max(PRIORITIES))]
Words = Annotated[str, Field(max_length=2_000)]
Parameter = Annotated[str, Field(max_length=64)]


Visible = Literal["private", "lab", "public"]
VISIBLE = "who sees it: its owner and administrators, who has logged in, or everybody"
NAME = "of the account that it is given to, by an administrator"
Account = Annotated[str, Field(max_length=64)]
Searched = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """What a request carries: unknown fields are refused, and `true` or "1" for a number."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Sharing(Body):
    """Who sees something, and whose it is."""

    visibility: Visible | None = Field(None, description=VISIBLE)
    owner: Account | None = Field(None, description=NAME)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError(
                f"should have at least one of {', '.join(type(self).model_fields)}"
            )
        return self


class Read(BaseModel):
    """What an answer carries, read from a service's record."""

    model_config = ConfigDict(from_attributes=True)


class Items(BaseModel, Generic[Item]):
    """A whole list."""

    items: list[Item]


class PageOf(Items[Item], Generic[Item]):
    """A list, or a page of one."""

    next: str | None = Field(description="`after` of the next page; null after the last")
