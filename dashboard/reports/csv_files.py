"""Any of the report's tables as a CSV file in UTF-8."""

import pandas as pd

from dashboard.http.csv_files import DIGITS, csv_text


def csv_bytes(table: pd.DataFrame, digits: int = DIGITS) -> bytes:
    """The table with its head, by the one writer; what is missing is an empty cell."""
    columns = [[None if pd.isna(cell) else cell for cell in column] for _, column in table.items()]
    return csv_text([str(name) for name in table], zip(*columns, strict=True), digits).encode()
