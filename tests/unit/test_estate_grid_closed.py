"""Reading a sheet may be given up at any moment, also after its file was closed."""

import io

from custodes.estate.sheets.grid import raw_rows


def test_a_reader_left_behind_by_a_closed_file_ends_in_silence() -> None:
    stream = io.BytesIO(b"Asset tag,Site\nA1,Town Hall\nA2,Library\n")
    rows = raw_rows(stream, "a.csv", [])
    next(rows)
    stream.close()
    rows.close()


def test_a_reader_given_up_leaves_the_file_open() -> None:
    stream = io.BytesIO(b"Asset tag,Site\nA1,Town Hall\nA2,Library\n")
    rows = raw_rows(stream, "a.csv", [])
    next(rows)
    rows.close()
    assert not stream.closed
