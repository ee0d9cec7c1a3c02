"""Services of customers."""

from assets.models.service import Service

__all__ = ["Service"]
