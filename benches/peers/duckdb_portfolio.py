#!/usr/bin/env python3
"""The portfolio's operations as SQL in DuckDB, in memory, on one thread, on the same generated folder.

    pip install duckdb && python3 benches/peers/duckdb_portfolio.py DIR

DIR is written by ../shared/bench/gen.py. Figures are held against expected.json and the expected CSVs
first; after a wrong answer no time is printed. Times are the median of runs after one to warm up, in the form of
`cargo bench -p puntual-core --bench portfolio -- DIR`. Facts are tables of integers, sorted by customer and day as
the portfolio's columns are; late facts are recorded up to five days after they took effect.
"""
import csv
import datetime as dt
import json
import statistics
import sys
import time

import duckdb

RUNS = 5
EPOCH = dt.date(1970, 1, 1)
folder = sys.argv[1]
expected = json.load(open(f"{folder}/expected.json"))
decimals = expected["decimals"]


def number(day):
    return (dt.date.fromisoformat(day) - EPOCH).days


def minor(amount, currency):
    scale = "CASE " + " ".join(f"WHEN {currency}='{c}' THEN {10 ** d}" for c, d in decimals.items()) + " END"
    return f"CAST(round({amount}::DECIMAL(18,2) * {scale}) AS BIGINT)"


db = duckdb.connect()
db.execute("PRAGMA threads=1")


def load():
    read = f"read_csv('{folder}/%s', all_varchar=true, header=true)"
    days = "CAST(datediff('day', DATE '1970-01-01', CAST(%s AS DATE)) AS INTEGER)"
    invoices, allocations, payments = (read % name for name in ("invoices.csv", "allocations.csv", "payments.csv"))
    late = "CAST(((%s)::BIGINT * 7919) %% 6 AS INTEGER)"
    key = "CAST(substr(%s, 2) AS INTEGER)"
    issued, due, paid = days % "issue_date", days % "due_date", days % "date"
    db.execute(f"""CREATE TABLE receivable AS SELECT {key % 'doc'} id, {key % 'customer'} customer, {issued} issued,
        {due} due, currency, {minor('amount', 'currency')} amount, {issued} + {late % (key % 'doc')} recorded
        FROM {invoices} WHERE type = 'invoice' ORDER BY customer, issued""")
    db.execute(f"""CREATE TABLE movement AS SELECT r.id receivable, {days % 'a.date'} effective, a.kind,
        {minor('a.amount', 'r.currency')} amount, {days % 'a.date'} + {late % 'r.id + 3'} recorded
        FROM {allocations} a JOIN receivable r ON r.id = {key % 'a.doc'} ORDER BY r.customer, r.issued, effective""")
    db.execute(f"""CREATE TABLE credit AS SELECT {key % 'customer'} customer, currency, {paid} effective,
        {minor('amount', 'currency')} amount, {paid} + {late % (key % 'payment')} recorded
        FROM {payments} WHERE payment NOT IN (SELECT source FROM {allocations})""")


BUCKET = """CASE WHEN {day} - due <= 0 THEN 0 WHEN {day} - due <= 30 THEN 1 WHEN {day} - due <= 60 THEN 2
    WHEN {day} - due <= 90 THEN 3 WHEN {day} - due <= 120 THEN 4 ELSE 5 END"""


def aging(day, known=None):
    """Open amounts by customer, currency and bucket, and unapplied credit."""
    knows = "" if known is None else f" AND recorded <= {known}"
    open_ = db.execute(f"""
        WITH moved AS (SELECT receivable, sum(amount) amount FROM movement WHERE effective <= {day}{knows} GROUP BY ALL),
        balance AS (SELECT customer, currency, due, r.amount - coalesce(m.amount, 0) open FROM receivable r
            LEFT JOIN moved m ON m.receivable = r.id WHERE issued <= {day}{knows})
        SELECT customer, currency, {BUCKET.format(day=day)} bucket, sum(open)::BIGINT, count(*) FROM balance
        WHERE open <> 0 GROUP BY ALL""").fetchnumpy()
    unapplied = db.execute(f"""SELECT customer, currency, sum(amount)::BIGINT FROM credit
        WHERE effective <= {day}{knows} GROUP BY ALL""").fetchall()
    return open_, unapplied


def month_ends():
    ends = [number(row["month_end"]) for row in csv.DictReader(open(f"{folder}/expected_history.csv"))]
    return sorted(set(ends))


def history():
    """Ageing, PPC and DSO of 24 month-ends: a pass for each, as an SQL report would."""
    rows = []
    for end in month_ends():
        start = (EPOCH + dt.timedelta(end)).replace(day=1)
        first = (start - EPOCH).days
        stocks = db.execute(f"""
            WITH moved AS (SELECT receivable, sum(amount) amount FROM movement WHERE effective <= {end} GROUP BY ALL),
            balance AS (SELECT currency, due, issued, r.amount - coalesce(m.amount, 0) open FROM receivable r
                LEFT JOIN moved m ON m.receivable = r.id WHERE issued <= {end})
            SELECT currency, {BUCKET.format(day=end)} bucket, sum(open)::BIGINT, count(*),
                sum(open::HUGEINT * ({end} - issued)), sum({end} - issued) FROM balance WHERE open > 0 GROUP BY ALL""")
        stocks = stocks.fetchall()
        cash = db.execute(f"""SELECT currency, sum(m.amount::HUGEINT * (effective - issued)), sum(m.amount)::BIGINT,
            sum(m.amount::HUGEINT * (effective - due)) FROM movement m JOIN receivable r ON r.id = m.receivable
            WHERE effective BETWEEN {first} AND {end} AND kind IN ('PAY', 'REV') GROUP BY ALL""").fetchall()
        sales = db.execute(f"""SELECT currency, sum(amount) FILTER (WHERE issued >= {first})::BIGINT,
            sum(amount) FILTER (WHERE issued > {end} - 90)::BIGINT FROM receivable
            WHERE issued <= {end} AND issued > {end} - 90 GROUP BY ALL""").fetchall()
        rows.append((end, stocks, cash, sales))
    return rows


def ppc_by_customer():
    day = number(expected["as_of"])
    return db.execute(f"""SELECT customer, sum(m.amount::HUGEINT * (effective - issued)), sum(m.amount)::BIGINT
        FROM movement m JOIN receivable r ON r.id = m.receivable WHERE effective BETWEEN {day} - 364 AND {day}
        AND kind IN ('PAY', 'REV') GROUP BY ALL""").fetchall()


def check():
    names = ["current", "d1_30", "d31_60", "d61_90", "d91_120", "d121p"]
    for wanted in [expected["aging_as_of"]] + expected["aging_past"]:
        open_, unapplied = aging(number(wanted["date"]))
        found = {c: [0] * 7 for c in decimals}
        customer, currency, bucket, amount, count = open_.values()
        for c, b, a in zip(currency, bucket, amount):
            found[c][b] += int(a)
        for _, c, a in unapplied:
            found[c][6] += a
        for c, row in wanted["by_currency"].items():
            assert found[c] == [row[n] for n in names] + [row["unapplied"]], (wanted["date"], c)
        assert int(count.sum()) == wanted["open_docs"]
    by_point = {(end, row[0]): row for end, _, cash, _ in history() for row in cash}
    for row in csv.DictReader(open(f"{folder}/expected_history.csv")):
        found = by_point.get((number(row["month_end"]), row["currency"]), (0, 0, 0, 0))
        wanted = ("ppc_num_amountdays", "ppc_den_amount", "addlate_num_amountdays")
        assert [int(x) for x in found[1:]] == [int(row[k]) for k in wanted], row
    wanted = {int(r["customer"][1:]): (int(r["ppc_num_amountdays"]), int(r["ppc_den_amount"]))
              for r in csv.DictReader(open(f"{folder}/expected_ppc_customer.csv"))}
    assert {c: (int(n), int(d)) for c, n, d in ppc_by_customer() if d} == wanted


def measure(what, operation):
    operation()
    wall, cpu = [], time.process_time()
    for _ in range(RUNS):
        started = time.perf_counter()
        operation()
        wall.append((time.perf_counter() - started) * 1000)
    cpu = (time.process_time() - cpu) * 1000 / RUNS
    print(f"{what:<44}{statistics.median(wall):>10.2f} ms{cpu:>10.2f} ms CPU", flush=True)


load()
check()
today = number(expected["as_of"])
past = [number(row["date"]) for row in expected["aging_past"]]
middle = past[len(past) // 2]
print(f"DuckDB {duckdb.__version__}, one thread; every figure equals the oracle")
measure("ageing by customer, today", lambda: aging(today))
for day in past:
    measure(f"ageing by customer, {EPOCH + dt.timedelta(day)}", lambda: aging(day))
for day in (today, middle):
    measure(f"facts recorded late, as known then, {EPOCH + dt.timedelta(day)}", lambda: aging(day, day))
measure("24 month-ends of ageing, PPC and DSO", history)
measure("PPC by customer, a year", ppc_by_customer)
