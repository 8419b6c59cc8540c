"""The page about the register names every table and column that there is."""

from pathlib import Path

import pytest

from custodes.estate import schema
from custodes.estate.model import SEGMENTS, SEVERITIES, STATES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "register.md"
INTERNAL = {"id", "name_key", "serial_key", "value_key", "run_id", "network_id", "value"}


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda t: t.name)
def test_every_table_and_column_is_explained(table: schema.sa.Table) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"`{table.name}`" in text
    missing = [
        c.name for c in table.columns if c.name not in INTERNAL and f"`{c.name}`" not in text
    ]
    assert table.name == "register_meta" or missing == []


def test_every_word_of_a_closed_list_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [word for word in (*SEGMENTS, *SEVERITIES, *STATES) if word not in text] == []
