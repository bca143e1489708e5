"""The version of this wheel, as `User-Agent` says it."""

VERSION = "0.1.0"
