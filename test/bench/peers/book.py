"""What the NumPy clients share: a book by binary COPY, values, answers back.

A client prints "ROUND NAME milliseconds processor" without and "ROUND NAME_back
..." with the answers written back, counted from the open connection; the
processor's milliseconds are those of this process and of its server process.
"""
import io
import time

import numpy as np
import psycopg2
from scipy.special import ndtr

HEADER = 19
FIELDS = "contract_id underlying_id sign strike years spot volatility rate yield multiplier".split()


def native(column):
    return column.astype(column.dtype.newbyteorder("="))


class Book:
    def __init__(self):
        self.connection = psycopg2.connect("")
        self.cursor = self.connection.cursor()
        self.cursor.execute("TRUNCATE client_answers")
        self.connection.commit()
        self.started = time.perf_counter()
        self.processor_started = self.processor()

    def processor(self):
        """Seconds of both processes; of the server's only where /proc tells."""
        server = 0
        try:
            with open(f"/proc/{self.connection.info.backend_pid}/schedstat") as file:
                server = int(file.read().split()[0]) / 1e9
        except OSError:
            pass
        return time.process_time() + server

    def report(self, *names):
        print(*names, 1000 * (time.perf_counter() - self.started), 1000 * (self.processor() - self.processor_started))

    def fetch(self, query, *fields):
        """The columns of a query without NULLs, fields (name, kind) of fixed length."""
        row = [("n", ">i2")]
        for field, kind in fields:
            row += [(field + "_length", ">i4"), (field, kind)]
        buffer = io.BytesIO()
        self.cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
        rows = np.frombuffer(buffer.getbuffer()[HEADER:-2], dtype=row)
        return [native(rows[field]) for field, _ in fields]

    def contracts(self):
        return dict(zip(FIELDS, self.fetch("SELECT * FROM plain_contracts", *((f, ">f8") for f in FIELDS))))

    def positions(self):
        """Account, contract, quantity; contracts from 0 in the order of plain_contracts."""
        account, contract, qty = self.fetch("SELECT account, contract_id, qty FROM positions",
                                            ("account", ">i8"), ("contract", ">i8"), ("qty", ">f8"))
        return account, contract - 1, qty

    def write_back(self, account, requirement):
        out = np.empty(len(account), dtype=[("n", ">i2"), ("a_length", ">i4"), ("a", ">i8"), ("r_length", ">i4"), ("r", ">f8")])
        out["n"], out["a_length"], out["r_length"] = 2, 8, 8
        out["a"], out["r"] = account, requirement
        image = b"PGCOPY\n\xff\r\n\0" + bytes(8) + out.tobytes() + b"\xff\xff"
        self.cursor.copy_expert("COPY client_answers FROM STDIN (FORMAT binary)", io.BytesIO(image))
        self.connection.commit()


def pnls(c, moves):
    """Yields, per relative move of the price (a number, or an array that goes
    with c's arrays), multiplier times (value moved - value now)."""
    deviation = c["volatility"] * np.sqrt(c["years"])
    drift = (c["rate"] - c["yield"]) * c["years"] / deviation + 0.5 * deviation
    carry = c["sign"] * np.exp(-c["yield"] * c["years"])
    strike = c["sign"] * c["strike"] * np.exp(-c["rate"] * c["years"])
    log_moneyness = np.log(c["spot"] / c["strike"])

    def value(ratio):
        d1 = (log_moneyness + np.log(ratio)) / deviation + drift
        return (c["spot"] * ratio * carry * ndtr(c["sign"] * d1)
                - strike * ndtr(c["sign"] * (d1 - deviation)))

    now = value(1.0)
    for move in moves:
        yield c["multiplier"] * (value(1 + move) - now)
