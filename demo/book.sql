-- The sample book: accounts, instruments, marks, positions, and a view that
-- puts them together as margin_position.  Invented names, round numbers.
--
-- The tables are those that a back office has anyway; the extension needs none
-- of them, only the view's last column.  Needs the extension in search_path.

CREATE SCHEMA demo;

-- An account has one currency: profits in different currencies do not add up,
-- and portfolio_margin() says so instead of adding them.
CREATE TABLE demo.accounts (
    account  text PRIMARY KEY,
    currency text NOT NULL,
    story    text NOT NULL
);

-- What has a price: a share, an index, a future, a perpetual.  `price` is that
-- price; rate and yield are continuously compounded, 0.04 = 4 % a year.
CREATE TABLE demo.marks (
    mark  text PRIMARY KEY,
    as_of timestamptz NOT NULL,
    price float8 NOT NULL,
    rate  float8 NOT NULL,
    yield float8 NOT NULL
);

-- `underlying` is the risk factor: what has the same one is netted.
-- `mark` is what the instrument is priced off: itself, or what its option is on.
CREATE TABLE demo.instruments (
    instrument text PRIMARY KEY,
    underlying text NOT NULL,
    currency   text NOT NULL,
    mark       text NOT NULL,
    kind       instrument_kind NOT NULL,
    multiplier float8 NOT NULL,
    strike     float8,
    expiry     timestamptz,
    pricing    pricing_model NOT NULL DEFAULT 'black_scholes',
    exercise   exercise_style NOT NULL DEFAULT 'european',
    settlement settlement_style NOT NULL DEFAULT 'linear'
);

-- A volatility per option contract: the smile.
CREATE TABLE demo.volatilities (
    instrument text PRIMARY KEY REFERENCES demo.instruments,
    volatility float8 NOT NULL
);

-- For contracts without one, what they trade at: the volatility is implied.
CREATE TABLE demo.prices (
    instrument text PRIMARY KEY REFERENCES demo.instruments,
    price      float8 NOT NULL
);

-- Cash dividends that are announced: who buys at the ex date or later does not
-- get the amount.  All that are known; an option looks at those in its life.
CREATE TABLE demo.dividends (
    mark    text REFERENCES demo.marks,
    ex_date timestamptz,
    amount  float8 NOT NULL,
    PRIMARY KEY (mark, ex_date)
);

CREATE TABLE demo.positions (
    account    text REFERENCES demo.accounts,
    instrument text REFERENCES demo.instruments,
    quantity   float8 NOT NULL,
    PRIMARY KEY (account, instrument)
);

-- What a contract is and what it is valued at: of each instrument the arguments
-- of margin_position, but for the quantity.  LEFT JOIN: a contract without a
-- mark must stay, and with it its positions, where it is an error that names the
-- missing field; an inner join would drop them and margin the rest, which is too
-- little.
CREATE VIEW demo.quotes AS
SELECT i.*, m.as_of, m.price AS spot, m.rate, m.yield, v.volatility, p.price, d.dividend_times, d.dividend_amounts
FROM demo.instruments i
LEFT JOIN demo.marks m USING (mark)
LEFT JOIN demo.volatilities v USING (instrument)
LEFT JOIN demo.prices p USING (instrument)
LEFT JOIN LATERAL (
    SELECT array_agg(ex_date ORDER BY ex_date) AS dividend_times, array_agg(amount ORDER BY ex_date) AS dividend_amounts
    FROM demo.dividends d WHERE d.mark = i.mark) d ON true;

-- The one view that the extension reads.
CREATE VIEW demo.book AS
SELECT p.account, p.instrument,
       margin_position(
           kind             => q.kind,
           quantity         => p.quantity,
           multiplier       => q.multiplier,
           strike           => q.strike,
           expiry           => q.expiry,
           spot             => q.spot,
           volatility       => q.volatility,
           price            => q.price,
           rate             => q.rate,
           yield            => q.yield,
           as_of            => q.as_of,
           exercise         => q.exercise,
           pricing          => q.pricing,
           settlement       => q.settlement,
           underlying       => q.underlying,
           currency         => q.currency,
           dividend_times   => q.dividend_times,
           dividend_amounts => q.dividend_amounts) AS position
FROM demo.positions p
JOIN demo.quotes q USING (instrument);

COMMENT ON VIEW demo.book IS 'SELECT account, (portfolio_margin(position)).* FROM demo.book GROUP BY account';


INSERT INTO demo.accounts (account, currency, story) VALUES
    ('covered_call',   'USD',  'owns 1,000 ACME and has sold a call on each'),
    ('collar_fund',    'USD',  'three shares, each with a put below; calls sold on two of them'),
    ('iron_condor',    'USD',  'sold an index strangle and bought the wings: the loss is limited'),
    ('naked_strangle', 'USD',  'sold an index strangle and bought nothing: the loss is not'),
    ('box',            'USD',  'two index spreads that pay 400 a point whatever happens'),
    ('calendar',       'USD',  'sold the April call, owns the June call of the same strike'),
    ('broken_wing',    'USD',  'a put butterfly with its lower wing too far away'),
    ('market_maker',   'USD',  'options on three underlyings, delta hedged in each'),
    ('dividend_play',  'USD',  'owns BOREA and has sold calls deep in the money before the dividend'),
    ('put_writer',     'USD',  'sold American puts; the deepest in the money will be exercised tomorrow'),
    ('energy_desk',    'USD',  'crude oil futures and options, and the crack spread'),
    ('gold_miner',     'USD',  'sold next summer''s gold, with a collar for the rest'),
    ('basis_trade',    'USDT', 'owns bitcoin, sold as much in perpetuals: earns the funding'),
    ('pair_trade',     'USDT', 'long bitcoin perpetuals, short ether perpetuals'),
    ('inverse_carry',  'BTC',  'long coin-settled perpetuals, short the dearer June future'),
    ('inverse_vol',    'BTC',  'sold coin-settled bitcoin strangles, hedged with perpetuals'),
    ('eth_staker',     'ETH',  'protects a stake of 2,000 ether with coin-settled options');


-- One evening: Friday, 13 March 2026, the close in New York.
INSERT INTO demo.marks (as_of, mark, price, rate, yield)
SELECT timestamptz '2026-03-13 16:00:00-04', v.*
FROM (VALUES
    -- an index and three shares; the yield of CYGNUS includes the cost to borrow
    -- it, BOREA pays its dividends in cash (below)
    ('BGX',           5000.00, 0.0425, 0.0130),
    ('ACME',           182.40, 0.0425, 0.0045),
    ('BOREA',           64.25, 0.0425, 0),
    ('CYGNUS',         318.60, 0.0425, 0.0180),
    -- futures: no yield, it is in the price; the rate discounts their options
    ('BGX JUN26',     5039.50, 0.0425, 0),
    ('CRUDE MAY26',     71.35, 0.0430, 0),
    ('CRUDE JUL26',     70.20, 0.0430, 0),
    ('CRACK MAY26',     24.80, 0.0430, 0),
    ('GOLD JUN26',    3124.50, 0.0425, 0),
    -- crypto
    ('BTC',          84200.00, 0,      0),
    ('BTC PERP',     84150.00, 0,      0),
    ('ETH PERP',      1905.00, 0,      0),
    ('BTC-COIN PERP',  84160.00, 0,    0),
    ('BTC-COIN JUN26', 85460.00, 0,    0),
    ('ETH-COIN PERP',   1906.00, 0,    0),
    ('ETH-COIN JUN26',  1934.00, 0,    0)
) AS v(mark, price, rate, yield);

INSERT INTO demo.dividends (mark, ex_date, amount) VALUES
    ('BOREA', '2026-05-14 09:30:00-04', 1.05),
    ('BOREA', '2026-11-12 09:30:00-05', 1.05);


-- What is its own mark: shares, futures, perpetuals.
INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, expiry) VALUES
    ('ACME',        'ACME',        'ACME',   'USD',  'spot',         1, NULL),
    ('BOREA',       'BOREA',       'BOREA',  'USD',  'spot',         1, NULL),
    ('CYGNUS',      'CYGNUS',      'CYGNUS', 'USD',  'spot',         1, NULL),
    ('BGX JUN26',   'BGX JUN26',   'BGX',    'USD',  'future',      50, '2026-06-18 09:30:00-04'),
    ('CRUDE MAY26', 'CRUDE MAY26', 'CRUDE',  'USD',  'future',    1000, '2026-04-21 14:30:00-04'),
    ('CRUDE JUL26', 'CRUDE JUL26', 'CRUDE',  'USD',  'future',    1000, '2026-06-22 14:30:00-04'),
    ('CRACK MAY26', 'CRACK MAY26', 'CRACK',  'USD',  'future',    1000, '2026-04-30 14:30:00-04'),
    ('GOLD JUN26',  'GOLD JUN26',  'GOLD',   'USD',  'future',     100, '2026-06-26 13:30:00-04'),
    ('BTC',         'BTC',         'BTC',    'USDT', 'spot',         1, NULL),
    ('BTC PERP',    'BTC PERP',    'BTC',    'USDT', 'perpetual',    1, NULL),
    ('ETH PERP',    'ETH PERP',    'ETH',    'USDT', 'perpetual',    1, NULL);

-- The same, settled in coin (inverse): the multiplier is in US dollars per
-- contract, profit and loss are in the coin.
INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, expiry, settlement) VALUES
    ('BTC-COIN PERP',  'BTC-COIN PERP',  'BTC', 'BTC', 'perpetual', 100, NULL,                     'inverse'),
    ('BTC-COIN JUN26', 'BTC-COIN JUN26', 'BTC', 'BTC', 'future',    100, '2026-06-26 08:00:00+00', 'inverse'),
    ('ETH-COIN PERP',  'ETH-COIN PERP',  'ETH', 'ETH', 'perpetual',  10, NULL,                     'inverse');

-- Options on the index and on shares, on the spot price, European.
INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, strike, expiry) VALUES
    ('BGX APR26 4500 P',   'BGX',    'BGX',    'USD', 'put',  100, 4500, '2026-04-17 16:00:00-04'),
    ('BGX APR26 4600 P',   'BGX',    'BGX',    'USD', 'put',  100, 4600, '2026-04-17 16:00:00-04'),
    ('BGX APR26 4700 P',   'BGX',    'BGX',    'USD', 'put',  100, 4700, '2026-04-17 16:00:00-04'),
    ('BGX APR26 4800 P',   'BGX',    'BGX',    'USD', 'put',  100, 4800, '2026-04-17 16:00:00-04'),
    ('BGX APR26 4800 C',   'BGX',    'BGX',    'USD', 'call', 100, 4800, '2026-04-17 16:00:00-04'),
    ('BGX APR26 4900 P',   'BGX',    'BGX',    'USD', 'put',  100, 4900, '2026-04-17 16:00:00-04'),
    ('BGX APR26 5000 P',   'BGX',    'BGX',    'USD', 'put',  100, 5000, '2026-04-17 16:00:00-04'),
    ('BGX APR26 5000 C',   'BGX',    'BGX',    'USD', 'call', 100, 5000, '2026-04-17 16:00:00-04'),
    ('BGX APR26 5200 P',   'BGX',    'BGX',    'USD', 'put',  100, 5200, '2026-04-17 16:00:00-04'),
    ('BGX APR26 5200 C',   'BGX',    'BGX',    'USD', 'call', 100, 5200, '2026-04-17 16:00:00-04'),
    ('BGX APR26 5300 C',   'BGX',    'BGX',    'USD', 'call', 100, 5300, '2026-04-17 16:00:00-04'),
    ('BGX APR26 5400 C',   'BGX',    'BGX',    'USD', 'call', 100, 5400, '2026-04-17 16:00:00-04'),
    ('BGX APR26 5500 C',   'BGX',    'BGX',    'USD', 'call', 100, 5500, '2026-04-17 16:00:00-04'),
    ('BGX JUN26 4600 P',   'BGX',    'BGX',    'USD', 'put',  100, 4600, '2026-06-18 16:00:00-04'),
    ('BGX JUN26 4800 P',   'BGX',    'BGX',    'USD', 'put',  100, 4800, '2026-06-18 16:00:00-04'),
    ('BGX JUN26 5000 C',   'BGX',    'BGX',    'USD', 'call', 100, 5000, '2026-06-18 16:00:00-04'),
    ('BGX JUN26 5200 C',   'BGX',    'BGX',    'USD', 'call', 100, 5200, '2026-06-18 16:00:00-04'),
    ('BGX JUN26 5400 C',   'BGX',    'BGX',    'USD', 'call', 100, 5400, '2026-06-18 16:00:00-04'),
    ('ACME APR26 175 P',   'ACME',   'ACME',   'USD', 'put',  100,  175, '2026-04-17 16:00:00-04'),
    ('ACME APR26 190 C',   'ACME',   'ACME',   'USD', 'call', 100,  190, '2026-04-17 16:00:00-04'),
    ('ACME JUN26 180 P',   'ACME',   'ACME',   'USD', 'put',  100,  180, '2026-06-18 16:00:00-04'),
    ('ACME JUN26 200 C',   'ACME',   'ACME',   'USD', 'call', 100,  200, '2026-06-18 16:00:00-04'),
    ('BOREA APR26 65 C',   'BOREA',  'BOREA',  'USD', 'call', 100,   65, '2026-04-17 16:00:00-04'),
    ('BOREA JUN26 60 P',   'BOREA',  'BOREA',  'USD', 'put',  100,   60, '2026-06-18 16:00:00-04'),
    ('BOREA JUN26 70 C',   'BOREA',  'BOREA',  'USD', 'call', 100,   70, '2026-06-18 16:00:00-04'),
    ('CYGNUS APR26 300 P', 'CYGNUS', 'CYGNUS', 'USD', 'put',  100,  300, '2026-04-17 16:00:00-04'),
    ('CYGNUS APR26 340 C', 'CYGNUS', 'CYGNUS', 'USD', 'call', 100,  340, '2026-04-17 16:00:00-04');

-- American options on shares: the holder may exercise at any time.
INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, strike, expiry, exercise) VALUES
    ('ACME APR26 230 P AM',   'ACME',   'ACME',   'USD', 'put',  100, 230, '2026-04-17 16:00:00-04', 'american'),
    ('ACME JUN26 180 P AM',   'ACME',   'ACME',   'USD', 'put',  100, 180, '2026-06-18 16:00:00-04', 'american'),
    ('BOREA JUN26 55 C AM',   'BOREA',  'BOREA',  'USD', 'call', 100,  55, '2026-06-18 16:00:00-04', 'american'),
    ('CYGNUS JUN26 350 P AM', 'CYGNUS', 'CYGNUS', 'USD', 'put',  100, 350, '2026-06-18 16:00:00-04', 'american');

-- Options on futures: their mark is the future.  The crack spread can go below
-- zero, so its options are priced with bachelier.
INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, strike, expiry, pricing) VALUES
    ('CRUDE MAY26 66 P',  'CRUDE MAY26', 'CRUDE', 'USD', 'put',  1000,   66, '2026-04-16 14:30:00-04', 'black76'),
    ('CRUDE MAY26 70 P',  'CRUDE MAY26', 'CRUDE', 'USD', 'put',  1000,   70, '2026-04-16 14:30:00-04', 'black76'),
    ('CRUDE MAY26 76 C',  'CRUDE MAY26', 'CRUDE', 'USD', 'call', 1000,   76, '2026-04-16 14:30:00-04', 'black76'),
    ('CRACK MAY26 22 P',  'CRACK MAY26', 'CRACK', 'USD', 'put',  1000,   22, '2026-04-28 14:30:00-04', 'bachelier'),
    ('CRACK MAY26 28 C',  'CRACK MAY26', 'CRACK', 'USD', 'call', 1000,   28, '2026-04-28 14:30:00-04', 'bachelier'),
    ('GOLD JUN26 3000 P', 'GOLD JUN26',  'GOLD',  'USD', 'put',   100, 3000, '2026-05-26 13:30:00-04', 'black76'),
    ('GOLD JUN26 3300 C', 'GOLD JUN26',  'GOLD',  'USD', 'call',  100, 3300, '2026-05-26 13:30:00-04', 'black76');

INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, strike, expiry, pricing, exercise) VALUES
    ('CRUDE MAY26 80 P AM', 'CRUDE MAY26', 'CRUDE', 'USD', 'put', 1000, 80, '2026-04-16 14:30:00-04', 'black76', 'american');

-- Options settled in coin: strike in US dollars, multiplier in coin.
INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, strike, expiry, pricing, settlement) VALUES
    ('BTC-COIN JUN26 70000 P',  'BTC-COIN JUN26', 'BTC', 'BTC', 'put',  1,  70000, '2026-06-26 08:00:00+00', 'black76', 'inverse'),
    ('BTC-COIN JUN26 85000 C',  'BTC-COIN JUN26', 'BTC', 'BTC', 'call', 1,  85000, '2026-06-26 08:00:00+00', 'black76', 'inverse'),
    ('BTC-COIN JUN26 110000 C', 'BTC-COIN JUN26', 'BTC', 'BTC', 'call', 1, 110000, '2026-06-26 08:00:00+00', 'black76', 'inverse'),
    ('ETH-COIN JUN26 1700 P',   'ETH-COIN JUN26', 'ETH', 'ETH', 'put',  1,   1700, '2026-06-26 08:00:00+00', 'black76', 'inverse'),
    ('ETH-COIN JUN26 2300 C',   'ETH-COIN JUN26', 'ETH', 'ETH', 'call', 1,   2300, '2026-06-26 08:00:00+00', 'black76', 'inverse');


INSERT INTO demo.volatilities (instrument, volatility) VALUES
    ('BGX APR26 4500 P', 0.248),
    ('BGX APR26 4600 P', 0.230),
    ('BGX APR26 4700 P', 0.213),
    ('BGX APR26 4800 P', 0.197),
    ('BGX APR26 4800 C', 0.197),
    ('BGX APR26 4900 P', 0.183),
    ('BGX APR26 5000 P', 0.170),
    ('BGX APR26 5000 C', 0.170),
    ('BGX APR26 5200 P', 0.151),
    ('BGX APR26 5200 C', 0.151),
    ('BGX APR26 5300 C', 0.146),
    ('BGX APR26 5400 C', 0.144),
    ('BGX APR26 5500 C', 0.145),
    ('BGX JUN26 4600 P', 0.214),
    ('BGX JUN26 4800 P', 0.195),
    ('BGX JUN26 5000 C', 0.178),
    ('BGX JUN26 5200 C', 0.164),
    ('BGX JUN26 5400 C', 0.155),
    ('ACME APR26 175 P', 0.298),
    ('ACME APR26 190 C', 0.272),
    ('ACME JUN26 180 P', 0.290),
    ('ACME JUN26 200 C', 0.268),
    ('BOREA APR26 65 C', 0.205),
    ('BOREA JUN26 60 P', 0.228),
    ('BOREA JUN26 70 C', 0.198),
    ('CYGNUS APR26 300 P', 0.415),
    ('CYGNUS APR26 340 C', 0.388),
    ('ACME APR26 230 P AM', 0.275),
    ('ACME JUN26 180 P AM', 0.290),
    ('BOREA JUN26 55 C AM', 0.245),
    ('CRUDE MAY26 80 P AM', 0.341),
    ('CRUDE MAY26 66 P', 0.372),
    ('CRUDE MAY26 70 P', 0.345),
    ('CRUDE MAY26 76 C', 0.338),
    -- bachelier: US dollars per square root of a year
    ('CRACK MAY26 22 P', 11.20),
    ('CRACK MAY26 28 C', 12.10),
    ('GOLD JUN26 3000 P', 0.176),
    ('BTC-COIN JUN26 70000 P',  0.565),
    ('BTC-COIN JUN26 85000 C',  0.520),
    ('BTC-COIN JUN26 110000 C', 0.535),
    ('ETH-COIN JUN26 1700 P', 0.710),
    ('ETH-COIN JUN26 2300 C', 0.690);

INSERT INTO demo.prices (instrument, price) VALUES
    ('GOLD JUN26 3300 C',     40.20),
    ('CYGNUS JUN26 350 P AM', 42.80);


-- Contracts; negative is short.
INSERT INTO demo.positions (account, instrument, quantity) VALUES
    ('covered_call', 'ACME',             1000),
    ('covered_call', 'ACME APR26 190 C',  -10),

    ('collar_fund', 'ACME',               2000),
    ('collar_fund', 'ACME JUN26 180 P',     20),
    ('collar_fund', 'BOREA',              5000),
    ('collar_fund', 'BOREA JUN26 60 P',     50),
    ('collar_fund', 'BOREA JUN26 70 C',    -50),
    ('collar_fund', 'CYGNUS',             1200),
    ('collar_fund', 'CYGNUS APR26 300 P',   12),
    ('collar_fund', 'CYGNUS APR26 340 C',  -12),

    ('iron_condor', 'BGX APR26 4500 P',  20),
    ('iron_condor', 'BGX APR26 4700 P', -20),
    ('iron_condor', 'BGX APR26 5300 C', -20),
    ('iron_condor', 'BGX APR26 5500 C',  20),

    ('naked_strangle', 'BGX APR26 4700 P', -20),
    ('naked_strangle', 'BGX APR26 5300 C', -20),

    ('box', 'BGX APR26 4800 C',  25),
    ('box', 'BGX APR26 5200 C', -25),
    ('box', 'BGX APR26 5200 P',  25),
    ('box', 'BGX APR26 4800 P', -25),

    ('calendar', 'BGX APR26 5000 C', -15),
    ('calendar', 'BGX JUN26 5000 C',  15),

    ('broken_wing', 'BGX APR26 4900 P',  30),
    ('broken_wing', 'BGX APR26 4800 P', -60),
    ('broken_wing', 'BGX APR26 4600 P',  30),

    ('market_maker', 'BGX APR26 4600 P',  120),
    ('market_maker', 'BGX APR26 4900 P',  -85),
    ('market_maker', 'BGX APR26 5000 P',   40),
    ('market_maker', 'BGX APR26 5200 C',  -60),
    ('market_maker', 'BGX APR26 5400 C',   95),
    ('market_maker', 'BGX JUN26 4600 P',  -70),
    ('market_maker', 'BGX JUN26 4800 P',   35),
    ('market_maker', 'BGX JUN26 5200 C',   45),
    ('market_maker', 'BGX JUN26 5400 C',  -55),
    ('market_maker', 'BGX JUN26',           7),
    ('market_maker', 'ACME APR26 175 P', -150),
    ('market_maker', 'ACME APR26 190 C', -120),
    ('market_maker', 'ACME JUN26 180 P',   80),
    ('market_maker', 'ACME JUN26 200 C',   60),
    ('market_maker', 'ACME',             1160),
    ('market_maker', 'BOREA APR26 65 C',  200),
    ('market_maker', 'BOREA JUN26 60 P', -110),
    ('market_maker', 'BOREA JUN26 70 C', -140),
    ('market_maker', 'BOREA',           -9520),

    ('dividend_play', 'BOREA',               4000),
    ('dividend_play', 'BOREA JUN26 55 C AM',  -40),

    ('put_writer', 'ACME APR26 230 P AM',   -15),
    ('put_writer', 'ACME JUN26 180 P AM',   -20),
    ('put_writer', 'CYGNUS JUN26 350 P AM', -10),
    ('put_writer', 'CRUDE MAY26 80 P AM',    -5),

    ('energy_desk', 'CRUDE MAY26',       40),
    ('energy_desk', 'CRUDE JUL26',      -25),
    ('energy_desk', 'CRUDE MAY26 66 P', -30),
    ('energy_desk', 'CRUDE MAY26 70 P',  30),
    ('energy_desk', 'CRUDE MAY26 76 C', -20),
    ('energy_desk', 'CRACK MAY26',      -20),
    ('energy_desk', 'CRACK MAY26 22 P', -15),
    ('energy_desk', 'CRACK MAY26 28 C',  20),

    ('gold_miner', 'GOLD JUN26',        -20),
    ('gold_miner', 'GOLD JUN26 3000 P',  15),
    ('gold_miner', 'GOLD JUN26 3300 C', -15),

    ('basis_trade', 'BTC',       12.5),
    ('basis_trade', 'BTC PERP', -12.5),

    ('pair_trade', 'BTC PERP',    8),
    ('pair_trade', 'ETH PERP', -350),

    ('inverse_carry', 'BTC-COIN PERP',   80000),
    ('inverse_carry', 'BTC-COIN JUN26', -80000),

    ('inverse_vol', 'BTC-COIN JUN26 70000 P',  -40),
    ('inverse_vol', 'BTC-COIN JUN26 85000 C',   10),
    ('inverse_vol', 'BTC-COIN JUN26 110000 C', -40),
    ('inverse_vol', 'BTC-COIN PERP',         -5600),

    ('eth_staker', 'ETH-COIN JUN26 1700 P',  2000),
    ('eth_staker', 'ETH-COIN JUN26 2300 C', -2000),
    ('eth_staker', 'ETH-COIN PERP',        -90000);
