"""numpy_client.py NAME distinct|each ROUND: margins the book outside the database.

Fetches the book by binary COPY, values every distinct contract once or every
position, sums with bincount over small dense ids, and writes the answers back.
"""
import sys

import numpy as np

from book import Book, pnls

name, mode, round_ = sys.argv[1:]
book = Book()
contracts = book.contracts()
(shocks,) = book.fetch("SELECT price_shock FROM shocks ORDER BY n", ("shock", ">f8"))
account, contract, qty = book.positions()

underlying = contracts["underlying_id"].astype(np.int64)
width = underlying.max() + 1
height = account.max() + 1
cell = account * width + underlying[contract]
if mode == "distinct":
    per_position = (pnl[contract] for pnl in pnls(contracts, shocks))
else:
    per_position = pnls({field: values[contract] for field, values in contracts.items()}, shocks)
worst = np.zeros(width * height)
for pnl in per_position:
    np.minimum(worst, np.bincount(cell, weights=qty * pnl, minlength=len(worst)), out=worst)
requirement = -worst.reshape(height, width).sum(axis=1)
book.report(round_, name)

held = np.flatnonzero(np.bincount(account, minlength=height))
book.write_back(held, requirement[held])
book.report(round_, name + "_back")
