-- Implied volatilities, and the reasons where there is none.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file

-- The option of Hull (Options, Futures, and Other Derivatives, 15.9): a call at
-- 4.7594 and a put at 0.8086 have a volatility of 20 %.
SELECT round(implied_volatility('call', 4.7594, 42, 40, 0.5, rate => 0.1)::numeric, 4) AS call,
	   round(implied_volatility(kind => 'put', price => 0.8086, spot => 42, strike => 40, years => 0.5, rate => 0.1)::numeric, 4) AS put;
-- Defaults are those of option_price.
SELECT pg_temp.same(implied_volatility('call', 5, 42, 40, 0.5),
					implied_volatility('call', 5, 42, 40, 0.5, 0, 0, 'black_scholes', 'european')) AS defaults,
	   pg_temp.same(implied_volatility('call', 5, 42, 40, 0.5, 0.1),
					implied_volatility('call', 5, 42, 40, 0.5, rate => 0.1)) AS rate,
	   pg_temp.same(implied_volatility('call', 5, 42, 40, 0.5, yield => 0.01),
					implied_volatility('call', 5, 42, 40, 0.5, 0, 0.01)) AS yield,
	   (SELECT pg_temp.same(volatility, implied_volatility('call', 5, 42, 40, 0.5)) AND status = 'ok'
		FROM implied_volatility_status('call', 5, 42, 40, 0.5)) AS status_form;
-- At the money under the normal model the volatility is price * sqrt(2 pi / years).
SELECT abs(implied_volatility('put', 1.25, -37.5, -37.5, 0.25, pricing => 'bachelier') / (1.25 * sqrt(8 * pi())) - 1) < 1e-15 AS bachelier;
-- Independent answers (mpmath, 40 digits): deep tails, and next to the maximum.
SELECT name, abs(implied_volatility(kind, price, spot, strike, years, rate, 0, pricing) / want - 1) < 1e-15 AS right
FROM (VALUES
	('tail', 'call'::instrument_kind, 1e-300, 100, 120, 0.25, 0, 'black76'::pricing_model, 0.0098731107473633880264),
	('normal tail', 'put', 1e-300, 100, 1, 0.25, 0, 'bachelier', 5.3547996408109381502),
	('maximum', 'call', 99.999999999999986, 100, 100, 1, 0, 'black_scholes', 16.525912143873087526)
) v(name, kind, price, spot, strike, years, rate, pricing, want);

-- Volatility, price, volatility: nothing is lost but what the price has lost,
-- eps * (price + legs) / vega.
SELECT pricing, count(*) AS cases, count(*) FILTER (WHERE r.status <> 'ok') AS without,
	   count(*) FILTER (WHERE abs(r.volatility - v) > 8 * 2.3e-16 * (v + (g.price + 100 + strike) / g.vega)) AS off
FROM (VALUES ('black_scholes'::pricing_model, 1, 0.02), ('black76', 1, 0), ('bachelier', 100, 0)) m(pricing, unit, q),
	 unnest('{call,put}'::instrument_kind[]) kind,
	 unnest('{70,95,100,105,140}'::float8[]) strike,
	 unnest('{0.02,0.5,3}'::float8[]) years,
	 unnest('{0.02,0.15,0.6,2}'::float8[]) relative,
	 LATERAL (SELECT relative * unit AS v) w,
	 LATERAL option_greeks(kind, 100, strike, years, v, 0.03, q, pricing) g,
	 LATERAL implied_volatility_status(kind, g.price, 100, strike, years, 0.03, q, pricing) r
WHERE g.vega > 1e-9
GROUP BY pricing ORDER BY pricing;

--
-- Where there is none
--
CREATE TEMP TABLE cases (n serial, kind instrument_kind, price float8, spot float8, strike float8, years float8,
	rate float8 DEFAULT 0, yield float8 DEFAULT 0, pricing pricing_model DEFAULT 'black_scholes', exercise exercise_style DEFAULT 'european');
INSERT INTO cases (kind, price, spot, strike, years) VALUES
	('call', 21, 120, 100, 1), ('call', 20, 120, 100, 1), ('call', 19, 120, 100, 1), ('put', 0, 120, 100, 1),
	('put', -0.5, 120, 100, 1), ('call', 120, 120, 100, 1), ('put', 100, 120, 100, 1), ('put', 101, 120, 100, 1),
	('call', 20, 120, 100, 0), ('call', 20, 120, 100, -1), ('call', 20, 0, 100, 1), ('call', 20, 120, -100, 1),
	('call', 'NaN', 120, 100, 1), ('call', 20, 120, 100, 'Infinity'), ('spot', 20, 120, 100, 1), ('future', 20, 120, 100, 1),
	(NULL, 20, 120, 100, 1), ('call', NULL, 120, 100, 1), ('call', 20, NULL, 100, 1), ('call', 20, 120, NULL, 1), ('call', 20, 120, 100, NULL);
INSERT INTO cases (kind, price, spot, strike, years, rate, yield, pricing) VALUES
	('put', 17, 80, 100, 1, 0.05, 0, 'black_scholes'), ('put', 95.2, 80, 100, 1, 0.05, 0, 'black_scholes'),
	('call', 20, 120, 100, 1, 0.05, 0, 'black_scholes'), ('call', 19, 120, 100, 1, 0.05, 0, 'black76'),
	('call', 500, 120, 100, 1, 0.05, 0, 'bachelier'), ('call', 20, 120, 100, 1, 0, 0.05, 'bachelier'),
	('put', 20, 80, 100, 1, 0.05, 0.05, 'black76'), ('call', 20, 120, 100, 1, 'NaN', 0, 'black76'), ('call', 20, 120, 100, 1, 900, 0, 'black_scholes'),
	('call', 20, 120, 100, 1, NULL, 0, 'black_scholes'), ('call', 20, 120, 100, 1, 0, NULL, 'black_scholes'), ('call', 20, 120, 100, 1, 0, 0, NULL);
INSERT INTO cases (kind, price, spot, strike, years, rate, yield, exercise) VALUES
	('put', 17, 80, 100, 1, 0.05, 0, 'american'), ('put', 20, 80, 100, 1, 0.05, 0, 'american'),
	('put', 100, 80, 100, 1, 0.05, 0, 'american'), ('call', 25, 120, 100, 1, 0, 0, 'american'), ('call', 20, 120, 100, 1, 0, 0, NULL);
INSERT INTO cases (kind, price, spot, strike, years, pricing, exercise) VALUES ('call', 25, 120, 100, 1, 'bachelier', 'american');
SELECT n, kind, price, spot, strike, years, rate, yield, pricing, exercise, r.status, round(r.volatility::numeric, 6) AS volatility
FROM cases, LATERAL implied_volatility_status(kind, price, spot, strike, years, rate, yield, pricing, exercise) r ORDER BY n;
-- The other form gives the same number, NULL for NULL, or an error.
SELECT n, status, pg_temp.error(format('implied_volatility(%L, %L, %L, %L, %L, %L, %L, %L, %L)', kind, price, spot, strike, years, rate, yield, pricing, exercise)) AS error
FROM cases, LATERAL implied_volatility_status(kind, price, spot, strike, years, rate, yield, pricing, exercise) r
WHERE status <> 'unsupported' ORDER BY n;
SELECT n, status, left(pg_temp.error(format('implied_volatility(%L, %L, %L, %L, %L, %L, %L, %L, %L)', kind, price, spot, strike, years, rate, yield, pricing, exercise)), 5) AS state
FROM cases, LATERAL implied_volatility_status(kind, price, spot, strike, years, rate, yield, pricing, exercise) r WHERE status = 'unsupported';
SELECT count(*) AS cases, bool_and(pg_temp.same(r.volatility, implied_volatility(kind, price, spot, strike, years, rate, yield, pricing, exercise))) AS same
FROM cases, LATERAL implied_volatility_status(kind, price, spot, strike, years, rate, yield, pricing, exercise) r
WHERE status IN ('ok', 'missing_input');
-- NULL or not: status is there, volatility exactly where it is ok.
SELECT (r.status = 'ok') = (r.volatility IS NOT NULL) AS agree, count(*), count(r.status) AS statuses, count(*) FILTER (WHERE r IS NULL) AS nulls
FROM cases, LATERAL implied_volatility_status(kind, price, spot, strike, years, rate, yield, pricing, exercise) r GROUP BY 1;

-- No value stops a query over a table: 235,298 combinations of hostile numbers.
WITH number(x) AS (VALUES ('NaN'::float8), ('Infinity'), ('-Infinity'), (0), (-1), (5e-324), (1.7e308))
SELECT r.status, count(*), count(r.volatility) AS volatilities, count(*) FILTER (WHERE r.volatility <= 0 OR r.volatility = 'Infinity' OR r.volatility = 'NaN') AS fake
FROM unnest('{call,put}'::instrument_kind[]) kind, number a(price), number b(spot), number c(strike), number d(years), number e(rate), number f(yield),
	 LATERAL implied_volatility_status(kind, price, spot, strike, years, rate, yield,
		CASE WHEN yield = 0 THEN 'bachelier' ELSE 'black_scholes' END::pricing_model) r
GROUP BY r.status ORDER BY r.status;

-- A higher price has a higher volatility.
SELECT kind, pricing, count(*) AS steps, bool_and(higher) AS rising
FROM (SELECT kind, pricing, v > lag(v) OVER (PARTITION BY kind, pricing ORDER BY price) AS higher
	  FROM unnest('{call,put}'::instrument_kind[]) kind, unnest('{black_scholes,black76,bachelier}'::pricing_model[]) pricing,
		   generate_series(1, 90) price, LATERAL (SELECT implied_volatility(kind, price, 100, 100, 1, pricing => pricing) AS v) x) s
WHERE higher IS NOT NULL GROUP BY kind, pricing ORDER BY kind, pricing;

-- American: the volatility of an American price, to the accuracy of the price.
SELECT kind, count(*) AS cases, max(abs(r.volatility - 0.3)) < 1e-7 AS right, bool_and(r.status = 'ok') AS ok,
	   bool_and(r.volatility < coalesce(implied_volatility(kind, p, 100, strike, 1, 0.06, 0.04), 9)) AS below_european
FROM unnest('{call,put}'::instrument_kind[]) kind, unnest('{90,100,110}'::float8[]) strike,
	 LATERAL (SELECT option_price(kind, 100, strike, 1, 0.3, 0.06, 0.04, exercise => 'american') AS p) v,
	 LATERAL implied_volatility_status(kind, p, 100, strike, 1, 0.06, 0.04, exercise => 'american') r
GROUP BY kind ORDER BY kind;
