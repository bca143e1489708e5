"""Addresses of pages, and what columns of tables may be called beside them."""

from dashboard import exports
from services.exchange.tables.names import RESERVED


def test_no_column_of_a_table_is_called_as_an_option_of_a_link_to_explore():
    assert exports.LINK <= RESERVED
