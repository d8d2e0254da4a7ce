"""Reads the user's tables (PROBE_TABLE and, unless it is empty, PROBE_REFERENCE: CSV or Parquet) into tables.npz: numbers as
floats, categories under labels of ours (v0, v1, ...), columns under names of ours (c0, c1, ...). The files are a stranger's:
they are data, nothing in them is run, and none of their text goes further. What goes wrong is a figure without a value, named after
the step.
"""

import os
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from figures import figure, missing
from pyarrow import csv, parquet

MOST_CELLS = 20_000_000  # of both tables
MOST_COLUMNS = 500
MOST_VALUES = 100  # of a category; what has more is an identifier or free text
LEAST_ROWS = 1_000  # of each of the two tables that are compared


def refuse(step, why):
    missing(step, why)
    raise SystemExit


def name(file):
    return Path(file).name


@contextmanager
def named(step, file):
    """Whatever fails inside is told as the step's; a stranger's file may raise anything."""
    try:
        yield
    except Exception as e:
        refuse(step, f"{name(file)}: {type(e).__name__}: {e}")


def bounded(rows, columns, file):
    if columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        refuse("bounded", f"{name(file)} has {rows:,} rows and {columns:,} columns, more than {MOST_COLUMNS} columns or {MOST_CELLS:,} cells")


def read(file):
    with named("readable", file):
        if file.endswith(".parquet"):
            about = parquet.read_metadata(file)  # before anything is unpacked
            bounded(about.num_rows, about.num_columns, file)
            found = parquet.read_table(file)
        else:
            found = csv.read_csv(file, convert_options=csv.ConvertOptions(strings_can_be_null=True))
    bounded(found.num_rows, found.num_columns, file)
    return found


def kind(column):
    """number, category, or neither (None)."""
    of = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_integer(of) or pa.types.is_floating(of) or pa.types.is_decimal(of):
        return "number"
    return "category" if pa.types.is_string(of) or pa.types.is_large_string(of) or pa.types.is_boolean(of) else None


def plain(column):
    """A column as one array, without a dictionary."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def numbers(column):
    """Floats; what is missing or infinite is nan."""
    out = plain(column).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).copy()
    out[~np.isfinite(out)] = np.nan
    return out


def labels(columns):
    """The same categories in each table, under labels of ours; None where there are too many."""
    texts = [plain(column).cast(pa.large_string()) for column in columns]
    coded = pa.concat_arrays(texts).dictionary_encode()
    if len(coded.dictionary) > MOST_VALUES:
        return None
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    names = np.array([f"v{i}" for i in range(len(coded.dictionary))] + ["missing"])
    return np.split(names[codes], np.cumsum([len(x) for x in texts])[:-1])


def usable(tables):
    """Arrays by our name of a column, one of each table; and how many columns were left out, by reason."""
    kept, out = [{} for _ in tables], Counter()
    for title in dict.fromkeys(x for table in tables for x in table.column_names):
        if any(table.column_names.count(title) != 1 for table in tables):
            out["in one of the tables only, or twice"] += 1
            continue
        columns = [table.column(title) for table in tables]
        kinds = {kind(column) for column in columns}
        if len(kinds) > 1 or None in kinds:
            out["neither numbers nor categories, or not in both tables"] += 1
            continue
        arrays = [numbers(x) for x in columns] if kinds == {"number"} else labels(columns)
        if arrays is None:
            out[f"text with more than {MOST_VALUES} values"] += 1
        elif any(len(x) and x.dtype.kind == "f" and np.isnan(x).mean() > 0.99 for x in arrays):
            out["more than 99% missing"] += 1
        else:
            for one, array in zip(kept, arrays, strict=True):
                one[f"c{len(one)}"] = array
    return kept, out


def halves(table):
    """A random half of the rows as reference, the rest as the current table."""
    rows = len(next(iter(table.values())))
    order = np.random.default_rng(1).permutation(rows)
    return [{name: x[part] for name, x in table.items()} for part in (order[: rows // 2], order[rows // 2 :])]


def main():
    files = [os.environ[name] for name in ("PROBE_TABLE", "PROBE_REFERENCE") if os.environ[name]]
    tables = [read(file) for file in files]
    both = " with ".join(map(name, files))
    bounded(sum(x.num_rows for x in tables), max(x.num_columns for x in tables), both)
    with named("readable", both):
        kept, out = usable(tables)
    if not kept[0]:
        refuse("usable", "; ".join(f"{n} of {what}" for what, n in out.items()) or "no columns")
    reference, current = halves(kept[0]) if len(kept) == 1 else reversed(kept)
    a, b = (len(next(iter(x.values()))) for x in (reference, current))
    if min(a, b) < LEAST_ROWS:
        refuse("usable", f"{b:,} rows to compare with {a:,}; at least {LEAST_ROWS:,} each are needed")
    categories = [name for name, x in current.items() if x.dtype.kind == "U"]
    np.savez(
        "tables.npz", columns=np.array([*current]), categories=np.array(categories, str), split=np.array(len(kept) == 1), rows=np.array(b),
        **{f"reference/{k}": x for k, x in reference.items()}, **{f"table/{k}": x for k, x in current.items()},
    )  # fmt: skip
    whose = "a random half with the other" if len(kept) == 1 else "the table with the reference"
    left = "; left out: " + ", ".join(f"{n} {what}" for what, n in out.items()) if out else ""
    figure("columns", len(current), "count", b, f"your own rows: {b:,} are compared with {a:,} ({whose}), {len(current)} columns, {len(categories)} of them categories{left}")


main()
