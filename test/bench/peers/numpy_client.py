"""numpy_client.py NAME distinct|each ROUND: margins the book outside the database.

Fetches the book by binary COPY, values every distinct contract once or every
position, sums with bincount over small dense ids, and writes the answers back.
Prints "ROUND NAME milliseconds" without, "ROUND NAME_back milliseconds" with
the answers written back, counted from the open connection.
"""
import io
import sys
import time

import numpy as np
import psycopg2
from scipy.special import ndtr

HEADER = 19
name, mode, round_ = sys.argv[1:]


def fetch(cursor, query, fields):
    """All rows of a query without NULLs, fields of fixed length."""
    row = [("n", ">i2")]
    for field, kind in fields:
        row += [(field + "_length", ">i4"), (field, kind)]
    buffer = io.BytesIO()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    return np.frombuffer(buffer.getbuffer()[HEADER:-2], dtype=row)


def native(column):
    return column.astype(column.dtype.newbyteorder("="))


def pnls(c, shocks):
    """Yields, per shock, multiplier times (value moved - value now)."""
    deviation = c["volatility"] * np.sqrt(c["years"])
    drift = (c["rate"] - c["yield"]) * c["years"] / deviation + 0.5 * deviation
    carry = c["sign"] * np.exp(-c["yield"] * c["years"])
    strike = c["sign"] * c["strike"] * np.exp(-c["rate"] * c["years"])
    log_moneyness = np.log(c["spot"] / c["strike"])

    def value(move):
        d1 = (log_moneyness + np.log(move)) / deviation + drift
        return (c["spot"] * move * carry * ndtr(c["sign"] * d1)
                - strike * ndtr(c["sign"] * (d1 - deviation)))

    now = value(1.0)
    for shock in shocks:
        yield c["multiplier"] * (value(1 + shock) - now)


connection = psycopg2.connect("")
cursor = connection.cursor()
cursor.execute("TRUNCATE client_answers")
connection.commit()

start = time.perf_counter()
fields = "contract_id underlying_id sign strike years spot volatility rate yield multiplier".split()
raw = fetch(cursor, "SELECT * FROM plain_contracts", [(f, ">f8") for f in fields])
contracts = {f: native(raw[f]) for f in fields}
shocks = native(fetch(cursor, "SELECT price_shock FROM shocks ORDER BY n", [("shock", ">f8")])["shock"])
book = fetch(cursor, "SELECT account, contract_id, qty FROM positions",
             [("account", ">i4"), ("contract", ">i4"), ("qty", ">f8")])
account, contract, qty = (native(book[f]) for f in ("account", "contract", "qty"))
contract -= 1  # ids are 1, 2, ... in the order of plain_contracts

underlying = contracts["underlying_id"].astype(np.int32)
width = underlying.max() + 1
height = account.max() + 1
cell = account * width + underlying[contract]
if mode == "distinct":
    per_position = (pnl[contract] for pnl in pnls(contracts, shocks))
else:
    per_position = pnls({f: contracts[f][contract] for f in fields}, shocks)
worst = np.zeros(width * height)
for pnl in per_position:
    np.minimum(worst, np.bincount(cell, weights=qty * pnl, minlength=len(worst)), out=worst)
requirement = -worst.reshape(height, width).sum(axis=1)
computed = time.perf_counter()

held = np.flatnonzero(np.bincount(account, minlength=height))
out = np.empty(len(held), dtype=[("n", ">i2"), ("a_length", ">i4"), ("a", ">i4"), ("r_length", ">i4"), ("r", ">f8")])
out["n"], out["a_length"], out["r_length"] = 2, 4, 8
out["a"], out["r"] = held, requirement[held]
image = b"PGCOPY\n\xff\r\n\0" + bytes(8) + out.tobytes() + b"\xff\xff"
cursor.copy_expert("COPY client_answers FROM STDIN (FORMAT binary)", io.BytesIO(image))
connection.commit()
back = time.perf_counter()

print(round_, name, 1000 * (computed - start))
print(round_, name + "_back", 1000 * (back - start))
