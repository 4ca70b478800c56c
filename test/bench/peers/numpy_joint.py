"""numpy_joint.py NAME TILE ROUND: margins the book under joint scenarios.

Fetches the book and the moves (a row per scenario and underlying) by binary
COPY, values every contract in TILE scenarios at a time, multiplies by a sparse
matrix of accounts by contracts, keeps the least sum of each account, and writes
the answers back.
"""
import sys

import numpy as np
from scipy.sparse import csr_matrix

from book import Book, pnls

name, tile, round_ = sys.argv[1], int(sys.argv[2]), sys.argv[3]
book = Book()
contracts = {field: values[:, np.newaxis] for field, values in book.contracts().items()}
underlying = contracts["underlying_id"][:, 0].astype(np.int64)
(moves,) = book.fetch("SELECT price_shock FROM joint_moves ORDER BY underlying_id, scenario", ("move", ">f8"))
moves = moves.reshape(underlying.max(), -1)  # ids of underlyings are 1, 2, ...
account, contract, qty = book.positions()

held = csr_matrix((qty, (account, contract)), shape=(account.max() + 1, len(underlying)))
worst = np.zeros(held.shape[0])
for first in range(0, moves.shape[1], tile):
    (pnl,) = pnls(contracts, [moves[underlying - 1, first:first + tile]])
    np.minimum(worst, (held @ pnl).min(axis=1), out=worst)
book.report(round_, name)

accounts = np.flatnonzero(np.bincount(account, minlength=len(worst)))
book.write_back(accounts, -worst[accounts])
book.report(round_, name + "_back")
