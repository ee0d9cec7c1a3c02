"""Parts of addresses. Importing this module makes them known under their names."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowId(IntConverter):
    """The id of a row. What cannot be one, because it is too long for a column, is no address at all."""

    regex = "[0-9]{1,18}"


register_converter(RowId, "row_id")
