-- The American rows of the sample book.  demo/run does not load this file:
-- American exercise is not priced yet, and a position with it is refused with
-- an error, never valued as if it were European, which would be too cheap.
-- Load it after book.sql.

INSERT INTO demo.accounts (account, currency, story) VALUES
    ('dividend_play', 'USD', 'owns BOREA and has sold calls deep in the money before the dividend'),
    ('put_writer',    'USD', 'sold American puts that may be exercised tomorrow');

INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, strike, expiry, exercise) VALUES
    ('ACME APR26 200 P AM',   'ACME',   'ACME',   'USD', 'put',  100, 200, '2026-04-17 16:00:00-04', 'american'),
    ('ACME JUN26 180 P AM',   'ACME',   'ACME',   'USD', 'put',  100, 180, '2026-06-18 16:00:00-04', 'american'),
    ('BOREA JUN26 55 C AM',   'BOREA',  'BOREA',  'USD', 'call', 100,  55, '2026-06-18 16:00:00-04', 'american'),
    ('CYGNUS JUN26 350 P AM', 'CYGNUS', 'CYGNUS', 'USD', 'put',  100, 350, '2026-06-18 16:00:00-04', 'american');

INSERT INTO demo.instruments (instrument, mark, underlying, currency, kind, multiplier, strike, expiry, pricing, exercise) VALUES
    ('CRUDE MAY26 80 P AM', 'CRUDE MAY26', 'CRUDE', 'USD', 'put', 1000, 80, '2026-04-16 14:30:00-04', 'black76', 'american');

INSERT INTO demo.volatilities (instrument, volatility) VALUES
    ('ACME APR26 200 P AM',   0.266),
    ('ACME JUN26 180 P AM',   0.290),
    ('BOREA JUN26 55 C AM',   0.245),
    ('CYGNUS JUN26 350 P AM', 0.372),
    ('CRUDE MAY26 80 P AM',   0.341);

INSERT INTO demo.positions (account, instrument, quantity) VALUES
    ('dividend_play', 'BOREA',               4000),
    ('dividend_play', 'BOREA JUN26 55 C AM',  -40),

    ('put_writer', 'ACME APR26 200 P AM',   -15),
    ('put_writer', 'ACME JUN26 180 P AM',   -20),
    ('put_writer', 'CYGNUS JUN26 350 P AM', -10),
    ('put_writer', 'CRUDE MAY26 80 P AM',    -5);
