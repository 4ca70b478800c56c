-- Values and Greeks of options and positions, against known answers, against
-- each other, and by hand.
\getenv abs_srcdir PG_ABS_SRCDIR
\set file :abs_srcdir '/sql/setup.sql'
\i :file

--
-- Known answers (test/oracle/README.md): 1 unit is 2^-52 (1 + condition) of
-- the right result.
--
CREATE TEMP TABLE mpmath (
	pricing pricing_model, kind instrument_kind, spot float8, strike float8,
	years float8, volatility float8, rate float8, yield float8,
	price text, delta text, gamma text, vega text, theta text,
	rho text, rho_yield text, vanna text, volga text, charm text,
	cond_price numeric, cond_delta numeric, cond_gamma numeric, cond_vega numeric,
	cond_theta numeric, cond_rho numeric, cond_rho_yield numeric,
	cond_vanna numeric, cond_volga numeric, cond_charm numeric);
\set file :abs_srcdir '/test/oracle/option_mpmath.csv'
\set load '\\copy mpmath FROM ' :'file' ' CSV HEADER'
:load

-- Some right results lie below the range even of numeric: 1e-2120592.
CREATE FUNCTION pg_temp.known(text) RETURNS numeric LANGUAGE sql AS $$
	SELECT CASE WHEN substring($1 FROM 'e(-\d+)$')::numeric < -400 THEN 0 ELSE $1::numeric END
$$;

-- 1e-300: below it doubles lose digits; nothing but that is allowed for.  The
-- worst errors are those of docs/pricing.md, give or take half a unit of the text.
-- option_price must be the price of option_greeks to the last bit.
SELECT o.output, count(*) AS cases,
	   count(*) FILTER (WHERE abs(pg_temp.exact(o.got) - o.want) >
							  20 * 2.220446049250313e-16 * (1 + o.condition) * abs(o.want) + 1e-300
						   OR o.got IS NULL) AS failures,
	   round(max(abs(pg_temp.exact(o.got) - o.want) / (2.220446049250313e-16 * (1 + o.condition) * abs(o.want)))
			 FILTER (WHERE abs(o.want) > 1e-300), 1) AS worst_units,
	   count(*) FILTER (WHERE abs(o.want) < 1e-100 AND abs(o.want) > 1e-300) AS tiny,
	   count(*) FILTER (WHERE o.want = 0) AS zero
FROM mpmath m,
	 option_greeks(m.kind, m.spot, m.strike, m.years, m.volatility, m.rate, m.yield, m.pricing) g,
	 LATERAL (VALUES
		(1, 'price', g.price, m.price, m.cond_price),
		(2, 'delta', g.delta, m.delta, m.cond_delta),
		(3, 'gamma', g.gamma, m.gamma, m.cond_gamma),
		(4, 'vega', g.vega, m.vega, m.cond_vega),
		(5, 'theta', g.theta, m.theta, m.cond_theta),
		(6, 'rho', g.rho, m.rho, m.cond_rho),
		(7, 'rho_yield', g.rho_yield, m.rho_yield, m.cond_rho_yield),
		(8, 'vanna', g.vanna, m.vanna, m.cond_vanna),
		(9, 'volga', g.volga, m.volga, m.cond_volga),
		(10, 'charm', g.charm, m.charm, m.cond_charm)) v(n, output, got, known, condition),
	 LATERAL (SELECT v.n, v.output, v.got, pg_temp.known(v.known) AS want, v.condition) o
GROUP BY o.n, o.output ORDER BY o.n;

SELECT count(*) AS cases, count(*) >= 1000 AS enough,
	   count(*) FILTER (WHERE NOT pg_temp.same(
		   option_price(kind, spot, strike, years, volatility, rate, yield, pricing),
		   (option_greeks(kind, spot, strike, years, volatility, rate, yield, pricing)).price)) AS differ,
	   count(*) FILTER (WHERE years = 0) AS at_years_0,
	   count(*) FILTER (WHERE volatility = 0) AS at_volatility_0,
	   count(*) FILTER (WHERE rate < 0 OR yield < 0) AS negative_rates,
	   count(DISTINCT pricing) AS models
FROM mpmath;

-- QuantLib computes in doubles too: compared on the scale of the larger leg.
CREATE TEMP TABLE quantlib (
	pricing pricing_model, kind instrument_kind, spot float8, strike float8,
	years float8, volatility float8, rate float8, yield float8,
	price float8, delta float8, gamma float8, vega float8, theta float8,
	rho float8, rho_yield float8, vanna float8, volga float8, charm float8);
\set file :abs_srcdir '/test/oracle/option_quantlib.csv'
\set load '\\copy quantlib FROM ' :'file' ' CSV HEADER'
:load

SELECT o.output, count(o.want) AS cases,
	   count(*) FILTER (WHERE NOT abs(o.got - o.want) <= 1e-12 * o.scale) AS failures
FROM quantlib q,
	 option_greeks(q.kind, q.spot, q.strike, q.years, q.volatility, q.rate, q.yield, q.pricing) g,
	 LATERAL (SELECT greatest(abs(q.spot), abs(q.strike)) AS leg,
					 q.volatility * sqrt(q.years) AS stdev) s,
	 LATERAL (VALUES
		(1, 'price', g.price, q.price, leg),
		(2, 'delta', g.delta, q.delta, leg / q.spot),
		(3, 'gamma', g.gamma, q.gamma, leg / (q.spot * q.spot * stdev)),
		(4, 'vega', g.vega, q.vega, sqrt(q.years) * CASE q.pricing WHEN 'bachelier' THEN 1 ELSE leg END),
		(5, 'theta', g.theta, q.theta, leg * (q.volatility / sqrt(q.years) + abs(q.rate) + abs(q.yield))),
		(6, 'rho', g.rho, q.rho, leg * q.years),
		(7, 'rho_yield', g.rho_yield, q.rho_yield, leg * q.years)) o(n, output, got, want, scale)
GROUP BY o.n, o.output ORDER BY o.n;

--
-- Arguments
--
-- names and defaults: Hull, Options, Futures and Other Derivatives, example
-- 15.6: 4.76 and 0.81
SELECT round(option_price(kind => 'call', spot => 42, strike => 40, years => 0.5,
						  volatility => 0.2, rate => 0.1)::numeric, 2) AS call,
	   round(option_price('put', 42, 40, 0.5, 0.2, 0.1)::numeric, 2) AS put,
	   option_price('put', 42, 40, 0.5, 0.2, 0.1)
		 = option_price('put', 42, 40, 0.5, 0.2, 0.1, 0, 'black_scholes', 'european') AS defaults,
	   option_price('call', 42, 40, 0.5, 0.2)
		 = option_price('call', 42, 40, 0.5, 0.2, 0) AS no_rate,
	   option_price('call', 42, 40, 0.5, 0.2, yield => 0.1)
		 = option_price('call', 42, 40, 0.5, 0.2, 0, 0.1) AS yield_alone;
SELECT pg_temp.same(g.price, h.price) AND pg_temp.same(g.charm, h.charm) AS defaults
FROM option_greeks(volatility => 0.2, years => 0.5, strike => 40, spot => 42, kind => 'put') g,
	 option_greeks('put', 42, 40, 0.5, 0.2, 0, 0, 'black_scholes', 'european') h;

-- NULL in, NULL out, whichever argument it is; the last row has no NULL.
CREATE FUNCTION pg_temp.nulls(expression text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE answer boolean;
BEGIN
	EXECUTE 'SELECT ' || expression || ' IS NULL' INTO answer;
	RETURN answer;
END $$;
SELECT f AS function, n AS null_argument,
	   pg_temp.nulls(format('(%s(%s))', f, array_to_string(
		   CASE WHEN n <= 9 THEN a[:n - 1] || ARRAY['NULL'] || a[n + 1:] ELSE a END, ', '))) AS null
FROM (VALUES ('option_price'), ('option_greeks')) v(f),
	 (VALUES (ARRAY['''call''', '42', '40', '0.5', '0.2', '0.1', '0', '''black_scholes''', '''european'''])) w(a),
	 generate_series(1, 10) n
ORDER BY f DESC, n;

SELECT expression, pg_temp.error(expression) AS error FROM (VALUES
	('option_price(''spot'', 42, 40, 0.5, 0.2)'),
	('option_price(''future'', 42, 40, 0.5, 0.2)'),
	('option_price(''perpetual'', 42, 40, 0.5, 0.2)'),
	('option_price(''straddle'', 42, 40, 0.5, 0.2)'),
	('option_price(''call'', 0, 40, 0.5, 0.2)'),
	('option_price(''call'', -42, 40, 0.5, 0.2, pricing => ''black76'')'),
	('option_price(''call'', ''NaN'', 40, 0.5, 0.2)'),
	('option_price(''call'', ''Infinity'', 40, 0.5, 0.2, pricing => ''bachelier'')'),
	('option_price(''call'', 42, 0, 0.5, 0.2)'),
	('option_price(''call'', 42, -40, 0.5, 0.2, pricing => ''black76'')'),
	('option_price(''call'', 42, ''-Infinity'', 0.5, 0.2)'),
	('option_price(''call'', 42, 40, -1e-9, 0.2)'),
	('option_price(''call'', 42, 40, ''NaN'', 0.2)'),
	('option_price(''call'', 42, 40, ''Infinity'', 0.2)'),
	('option_price(''call'', 42, 40, 0.5, -0.2)'),
	('option_price(''call'', 42, 40, 0.5, ''NaN'')'),
	('option_price(''call'', 42, 40, 0.5, ''Infinity'', pricing => ''bachelier'')'),
	('option_price(''call'', 42, 40, 0.5, 0.2, ''NaN'')'),
	('option_price(''call'', 42, 40, 0.5, 0.2, 0, ''-Infinity'')'),
	('option_price(''call'', 42, 40, 0.5, 0.2, yield => 0.01, pricing => ''black76'')'),
	('option_price(''call'', 42, 40, 0.5, 0.2, yield => 0.01, pricing => ''bachelier'')'),
	('option_price(''put'', 42, 40, 0.5, 0.2, pricing => ''bachelier'', exercise => ''american'')'),
	('option_price(''put'', 42, 40, 1, 0.2, rate => -1000)'),
	('option_greeks(''spot'', 42, 40, 0.5, 0.2)'),
	('option_greeks(''call'', 0, 40, 0.5, 0.2)'),
	('option_greeks(''call'', 42, 40, -1, 0.2)'),
	('option_greeks(''put'', 42, 40, 0.5, 0.2, pricing => ''bachelier'', exercise => ''american'')'),
	('option_greeks(''call'', 1e-310, 1e-310, 1, 0.2)')) v(expression);

--
-- Laws
--
-- call less put is the forward contract, to the rounding of its legs
SELECT count(*) AS cases,
	   count(*) FILTER (WHERE NOT abs(c - p - (legs.s - legs.k)) <= 1e-14 * (legs.s + legs.k)) AS failures
FROM (VALUES ('black_scholes'::pricing_model), ('black76'), ('bachelier')) m(pricing),
	 unnest('{50,99,100,101,200}'::float8[]) spot, unnest('{0,0.01,1,30}'::float8[]) years,
	 unnest('{0,0.01,0.3,2}'::float8[]) volatility, unnest('{-0.02,0,0.07}'::float8[]) rate,
	 unnest('{0,0.03}'::float8[]) yield,
	 LATERAL (SELECT CASE pricing WHEN 'black_scholes' THEN yield ELSE rate END AS carry) x,
	 LATERAL (SELECT spot * exp(-carry * years) AS s, 100 * exp(-rate * years) AS k) legs,
	 LATERAL (SELECT option_price('call', spot, 100, years, volatility, rate, yield, pricing) AS c,
					 option_price('put', spot, 100, years, volatility, rate, yield, pricing) AS p) v
WHERE yield = 0 OR pricing = 'black_scholes';

-- black76 is black_scholes at yield = rate, but for the Greeks in the forward
SELECT pg_temp.same(option_price('put', 71.35, 66, 0.1, 0.372, 0.043, 0.043),
					option_price('put', 71.35, 66, 0.1, 0.372, 0.043, 0, 'black76')) AS same;

-- deep tails: a put 36.7 deviations away, to 14 digits (mpmath); further out
-- the value is below the range, and still not negative
SELECT abs(option_price('put', 100, 63.2, 1, 0.0125) / 7.0214180683170028e-297 - 1) < 1e-11 AS tail,
	   option_price('put', 100, 1, 1, 0.01) AS beyond_the_range,
	   option_price('call', 100, 63.2, 1, 0.0125) AS call;

-- zero limits: value, slope, and theta, rho, rho_yield of the discounted payoff
SELECT pricing, kind, spot, years, volatility, g.*
FROM (VALUES ('black_scholes'::pricing_model), ('black76'), ('bachelier')) m(pricing),
	 (VALUES ('call'::instrument_kind), ('put')) k(kind),
	 unnest('{96,100,104}'::float8[]) spot,
	 (VALUES (0, 0.25), (0.25, 0), (0, 0)) z(years, volatility),
	 option_greeks(kind, spot, 100, years, volatility, 0, 0, pricing) g
ORDER BY pricing, kind, spot, years, volatility;
-- the same with rates, at years 0: theta = q S - r K of what is exercised
SELECT kind, spot, g.price, g.delta, round(g.theta::numeric, 12) AS theta, g.rho, g.rho_yield
FROM (VALUES ('call'::instrument_kind), ('put')) k(kind), unnest('{96,100,104}'::float8[]) spot,
	 option_greeks(kind, spot, 100, 0, 0.25, 0.0625, 0.03125) g
ORDER BY kind, spot;
-- and at volatility 0
SELECT kind, spot, abs(g.price - w.price) < 1e-13 AS price, abs(g.delta - w.delta) < 1e-15 AS delta,
	   abs(g.theta - w.theta) < 1e-13 AS theta, abs(g.rho - w.rho) < 1e-13 AS rho,
	   abs(g.rho_yield - w.rho_yield) < 1e-13 AS rho_yield,
	   ARRAY[g.gamma, g.vega, g.vanna, g.volga, g.charm] = '{0,0,0,0,0}' AS others
FROM (VALUES ('call'::instrument_kind, 120, 1), ('put', 80, -1)) k(kind, spot, w),
	 option_greeks(kind, spot, 100, 2, 0, 0.05, 0.02) g,
	 LATERAL (SELECT w * (spot * exp(-0.04) - 100 * exp(-0.1)) AS price, w * exp(-0.04) AS delta,
					 w * (0.02 * spot * exp(-0.04) - 0.05 * 100 * exp(-0.1)) AS theta,
					 w * 2 * 100 * exp(-0.1) AS rho, -w * 2 * spot * exp(-0.04) AS rho_yield) w;

--
-- Positions: one of each kind, settlement and model
--
CREATE TEMP TABLE book AS
SELECT row_number() OVER () AS id, format('%s %s', settlement, kind) AS name, NULL::pricing_model AS model,
	   margin_position(kind => kind, settlement => settlement, quantity => q, multiplier => 8,
					   spot => 64, underlying => 'X') AS p
FROM (VALUES ('spot'::instrument_kind, 'linear'::settlement_style, 3), ('future', 'linear', -5),
			 ('perpetual', 'linear', 7), ('future', 'inverse', -5), ('perpetual', 'inverse', 7)) v(kind, settlement, q);
INSERT INTO book
SELECT 5 + row_number() OVER (), format('%s %s %s', settlement, pricing, kind), pricing,
	   margin_position(kind => kind, settlement => settlement, pricing => pricing, quantity => q,
					   multiplier => 8, spot => 64, strike => 60, underlying => 'X',
					   volatility => CASE pricing WHEN 'bachelier' THEN 20 ELSE 0.375 END,
					   rate => 0.05, yield => CASE pricing WHEN 'black_scholes' THEN 0.02 ELSE 0 END,
					   as_of => '2026-03-13 12:00+00', expiry => '2026-08-06 12:00+00')
FROM (VALUES ('linear'::settlement_style), ('inverse')) s(settlement),
	 (VALUES ('black_scholes'::pricing_model), ('black76'), ('bachelier')) m(pricing),
	 (VALUES ('call'::instrument_kind, 3), ('put', -5)) k(kind, q);

-- Value: spot 3 * 8 * 64; futures 0; options quantity * multiplier * V, and in
-- coin V / 64.  146 days are 0.4 years.
SELECT id, name, round(position_value(p)::numeric, 8) AS value,
	   CASE WHEN model IS NOT NULL THEN
		   abs(position_value(p) - (p).quantity * 8 * w.v /
			   CASE (p).settlement WHEN 'inverse' THEN 64 ELSE 1 END) <= 1e-14 * abs(position_value(p))
	   END AS as_option_price
FROM book, LATERAL (SELECT CASE WHEN model IS NOT NULL THEN
	option_price((p).kind, 64, 60, 0.4, (p).volatility, 0.05, (p).yield, model) END AS v) w
ORDER BY id;

-- The value is the price of position_greeks; linear options have the Greeks of
-- option_greeks times quantity and multiplier.
SELECT count(*) FILTER (WHERE NOT pg_temp.same(position_value(p), (position_greeks(p)).price)) AS values_differ,
	   count(o.*) FILTER (WHERE model IS NOT NULL AND (p).settlement = 'linear') AS options,
	   count(*) FILTER (WHERE model IS NOT NULL AND (p).settlement = 'linear' AND NOT (
		   abs(g.delta - f * o.delta) + abs(g.gamma - f * o.gamma) + abs(g.vega - f * o.vega) +
		   abs(g.theta - f * o.theta) + abs(g.rho - f * o.rho) + abs(g.rho_yield - f * o.rho_yield) +
		   abs(g.vanna - f * o.vanna) + abs(g.volga - f * o.volga) + abs(g.charm - f * o.charm)
		   <= 1e-11)) AS options_differ
FROM book, position_greeks(p) g, LATERAL (SELECT (p).quantity * 8 AS f) x,
	 option_greeks(CASE WHEN model IS NOT NULL THEN (p).kind END, 64, 60, 0.4, (p).volatility, 0.05, (p).yield, model) o;
SELECT name, g.* FROM book, position_greeks(p) g WHERE id <= 5 ORDER BY id;

-- Every Greek is the slope of P&L (of value for the yield), by differences.
CREATE FUNCTION pg_temp.pnl(p margin_position, ds float8 DEFAULT 0, dv float8 DEFAULT 0,
							dr float8 DEFAULT 0, dt float8 DEFAULT 0) RETURNS float8
LANGUAGE sql AS $$
	SELECT position_pnl(p, market_scenario(price_points => ds, vol_points => dv, rate_points => dr, days => dt))
$$;
CREATE FUNCTION pg_temp.with_yield(p margin_position, y float8) RETURNS margin_position
LANGUAGE plpgsql AS 'BEGIN p.yield := y; RETURN p; END';
SELECT o.output, count(*) AS cases, count(*) FILTER (WHERE o.got <> 0) AS not_zero,
	   count(*) FILTER (WHERE NOT abs(o.got - o.want) <= 2e-4 * abs(o.want) + 1e-6) AS failures
FROM book, position_greeks(p) g,
	 LATERAL (SELECT 0.02 AS s, CASE model WHEN 'bachelier' THEN 0.02 ELSE 0.0005 END AS v,
					 CASE WHEN model = 'black_scholes' THEN 1e-5 END AS y) h,
	 LATERAL (VALUES
		(1, 'delta', g.delta, (pg_temp.pnl(p, s) - pg_temp.pnl(p, -s)) / (2 * s)),
		(2, 'gamma', g.gamma, (pg_temp.pnl(p, s) + pg_temp.pnl(p, -s)) / (s * s)),
		(3, 'vega', g.vega, (pg_temp.pnl(p, 0, v) - pg_temp.pnl(p, 0, -v)) / (2 * v)),
		(4, 'theta', g.theta, (4 * pg_temp.pnl(p, dt => 0.05) - pg_temp.pnl(p, dt => 0.1)) / 0.1 * 365),
		(5, 'rho', g.rho, (pg_temp.pnl(p, dr => 1e-5) - pg_temp.pnl(p, dr => -1e-5)) / 2e-5),
		(6, 'rho_yield', g.rho_yield, coalesce((position_value(pg_temp.with_yield(p, 0.02 + y))
			- position_value(pg_temp.with_yield(p, 0.02 - y))) / (2 * y), 0)),
		(7, 'vanna', g.vanna, (pg_temp.pnl(p, s, v) - pg_temp.pnl(p, s, -v)
			- pg_temp.pnl(p, -s, v) + pg_temp.pnl(p, -s, -v)) / (4 * s * v)),
		(8, 'volga', g.volga, (pg_temp.pnl(p, 0, v) + pg_temp.pnl(p, 0, -v)) / (v * v)),
		(9, 'charm', g.charm, (4 * (pg_temp.pnl(p, s, dt => 0.05) - pg_temp.pnl(p, -s, dt => 0.05))
			- (pg_temp.pnl(p, s, dt => 0.1) - pg_temp.pnl(p, -s, dt => 0.1))
			- 3 * (pg_temp.pnl(p, s) - pg_temp.pnl(p, -s))) / (2 * s) / 0.1 * 365)) o(n, output, got, want)
GROUP BY o.n, o.output ORDER BY o.n;

-- Linear legs are exact, whatever else moves: 8 * (S' - 64) times quantity.
SELECT name, position_pnls(p, ARRAY[
		market_scenario(price_shock => -0.5), market_scenario(price_shock => -0.125),
		market_scenario(), market_scenario(price_points => 0.25),
		market_scenario(price_shock => 1, price_points => -4),
		market_scenario(price_shock => -0.5, vol_shock => 1, vol_points => 1, rate_points => 1, days => 400, weight => 9)]) AS pnls
FROM book WHERE id <= 3 ORDER BY id;
-- Inverse ones: 8 * (1/64 - 1/S') in coin.
SELECT name, position_pnls(p, ARRAY[
		market_scenario(price_shock => -0.5), market_scenario(price_shock => 1),
		market_scenario(), market_scenario(price_points => 192),
		market_scenario(price_shock => -0.5, vol_shock => 1, vol_points => 1, rate_points => 1, days => 400, weight => 9)]) AS pnls
FROM book WHERE id IN (4, 5) ORDER BY id;
-- Rate, yield, expiry and volatility are nothing to a future or a holding.
SELECT count(*) AS cases, bool_and(pg_temp.same(position_pnl(p, s), position_pnl(r, s))
	AND position_value(p) = position_value(r)) AS same
FROM (SELECT p, margin_position(kind => (p).kind, settlement => (p).settlement, quantity => (p).quantity,
			 multiplier => 8, spot => 64, underlying => 'X', rate => 0.3, yield => 0.2, volatility => 0.9, price => 5,
			 expiry => CASE WHEN (p).kind <> 'spot' THEN timestamptz '2026-08-06' END, as_of => '2026-03-13') AS r
	  FROM book WHERE id <= 5) b, market_scenario(price_shock => -0.3, days => 10, rate_points => 0.01) s;
-- Linear contracts may have a price below 0, and meet one.
SELECT k, position_value(p), position_pnl(p, market_scenario(price_shock => -0.5)) AS down,
	   position_pnl(p, market_scenario(price_points => 64)) AS up
FROM unnest('{spot,future,perpetual}'::instrument_kind[]) k,
	 margin_position(kind => k, quantity => 1, multiplier => 1000, spot => -37.5, underlying => 'WTI') p;
SELECT position_pnl(margin_position(kind => 'spot', quantity => 1, spot => 64, underlying => 'X'),
					market_scenario(price_shock => -2)) AS below_zero;
SELECT round(position_value(p)::numeric, 8) AS value, round(position_pnl(p, market_scenario(price_points => -20))::numeric, 8) AS pnl
FROM margin_position(kind => 'put', pricing => 'bachelier', quantity => 1, spot => -2, strike => -5, volatility => 12,
	as_of => '2026-03-13 12:00+00', expiry => '2026-08-06 12:00+00', underlying => 'SPREAD') p;

-- A published inverse example (Deribit, 17 June 2024, index 65,666.19): a
-- perpetual of 0.314538364 coin and a future of -0.001187534, P&L in coin.
SELECT s.price_shock, round(position_pnl(perpetual, s)::numeric, 11) AS perpetual,
	   round((position_pnl(perpetual, s) + position_pnl(future, s))::numeric, 11) AS both
FROM scenarios(scenario_grid(0.16, 4)) s,
	 margin_position(kind => 'perpetual', settlement => 'inverse', quantity => 1, spot => 65666.19,
					 multiplier => 0.314538364 * 65666.19, underlying => 'BTC') perpetual,
	 margin_position(kind => 'future', settlement => 'inverse', quantity => -1, spot => 65666.19,
					 multiplier => 0.001187534 * 65666.19, underlying => 'BTC') future
WHERE s.price_shock < 0;

-- Element n of position_pnls is position_pnl in scenario n, bit for bit.
SELECT count(*) AS cases, count(*) FILTER (WHERE NOT pg_temp.same(u.pnl, position_pnl(p, s))) AS differ,
	   count(DISTINCT id) AS positions, count(*) FILTER (WHERE u.pnl < 0) AS losses
FROM book, (SELECT scenario_grid(0.3, 7, '{-0.9,-0.1,0,0.4}', 0.3, 12.5) || tims_scenarios(0.2, 0.4)
				   || span_scenarios(0.1, 0.04) || ARRAY[
				market_scenario(price_points => -7, vol_points => -0.05, rate_points => 0.01),
				market_scenario(vol_shock => 0.7, vol_power => 0.3, vol_power_long => 0.13, vol_floor => 0.5),
				market_scenario(days => 1000), market_scenario(weight => 0)] AS set) x,
	 LATERAL (SELECT row_number() OVER () AS n, scenarios AS s FROM scenarios(set)) r
	 JOIN LATERAL unnest(position_pnls(p, set)) WITH ORDINALITY u(pnl, n) USING (n);

-- A P&L is a multiple of 2^-60, and never -0.
SELECT position_pnl(margin_position(kind => 'spot', quantity => q, spot => 1, underlying => 'X'),
					market_scenario(price_points => points)) / 2::float8 ^ -60 AS quanta
FROM (VALUES (1, 2 ^ -60), (1, 1.5 * 2 ^ -52), (2 ^ -9, 2 ^ -52), (-(2 ^ -9), 2 ^ -52), (1.5 * 2 ^ -8, 2 ^ -52),
			 (2.5 * 2 ^ -8, 2 ^ -52), (-2.5 * 2 ^ -8, 2 ^ -52), (2.75 * 2 ^ -8, 2 ^ -52), (0, 1), (-0.0, 1)) v(q, points);

-- Time is (expiry - as_of) / 365 days of 24 hours, from the microsecond.
SELECT t, pg_temp.same(position_value(margin_position(kind => 'put', quantity => 1, strike => 100, spot => 99,
					volatility => 0.2, as_of => as_of, expiry => as_of + t, underlying => 'X')),
				option_price('put', 99, 100, extract(epoch FROM t)::float8 / (365 * 86400), 0.2)) AS same
FROM (VALUES (interval '0'), ('1 microsecond'), ('8760:00:00'), ('100000:00:00.000001')) v(t),
	 (VALUES (timestamptz '2026-03-01 00:00 America/New_York')) w(as_of);
SELECT position_value(margin_position(kind => 'call', quantity => 1, strike => 100, spot => 99, volatility => 100,
	as_of => '4713-01-01 00:00+00 BC', expiry => '294276-12-31 23:59:59.999999+00', underlying => 'X')) AS forever;

-- What is worth nothing is worth 0, not -0, and so is nothing of something.
SELECT count(*) AS cases, bool_and(pg_temp.same(position_value(p), 0) AND pg_temp.same(position_pnl(p, market_scenario()), 0)
	AND pg_temp.same((position_greeks(p)).delta, 0) AND pg_temp.same((position_greeks(p)).theta, 0)) AS zero
FROM (VALUES (-5, 1), (0, 1000), (-0.0, 1000)) v(q, s),
	 margin_position(kind => 'call', quantity => q, strike => 100, spot => s, volatility => 0.2,
	as_of => '2026-03-13', expiry => '2026-03-14', underlying => 'X') p;

--
-- American exercise
--
-- A published value: the American put of Andersen, Lake and Offengenden (2016),
-- table 2 (its premium is 0.106952702747).
SELECT round(option_price('put', 100, 100, 1, 0.25, 0.05, 0.05, exercise => 'american')::numeric, 9) AS alo,
	   round((option_price('put', 100, 100, 1, 0.25, 0.05, 0.05, exercise => 'american') -
			  option_price('put', 100, 100, 1, 0.25, 0.05, 0.05))::numeric, 9) AS alo_premium;

-- never less than exercise now or than a European option; a call without
-- income on the share, and any option where rate and yield are 0, is European
SELECT count(*) AS cases,
	   count(*) FILTER (WHERE NOT a >= greatest(e - 1e-13 * greatest(spot, 100), w * (spot - 100))) AS too_low,
	   count(*) FILTER (WHERE NOT a <= greatest(spot, 100)) AS too_high,
	   count(*) FILTER (WHERE kind = 'call' AND yield = 0 AND rate >= 0 AND a <> e
						   OR rate = 0 AND yield = 0 AND a <> e) AS should_be_european,
	   count(*) FILTER (WHERE a > e) AS worth_more
FROM (VALUES ('call'::instrument_kind, 1), ('put', -1)) k(kind, w),
	 unnest('{50,80,99,100,101,120,200}'::float8[]) spot, unnest('{0,0.01,1,10}'::float8[]) years,
	 unnest('{0,0.05,0.3,1}'::float8[]) volatility, unnest('{0,0.01,0.07}'::float8[]) rate,
	 unnest('{0,0.03,0.07,0.1}'::float8[]) yield,
	 LATERAL (SELECT option_price(kind, spot, 100, years, volatility, rate, yield, exercise => 'american') AS a,
					 option_price(kind, spot, 100, years, volatility, rate, yield) AS e) v;

-- with two boundaries (yield < rate < 0) exercise pays between them only
SELECT spot, option_price('put', spot, 100, 1, 0.1, -0.01, -0.02, exercise => 'american') = 100 - spot AS exercised
FROM unnest('{40,50,55,70,84,90,100}'::float8[]) spot;

-- Greeks belong to the price
SELECT count(*) AS cases,
	   count(*) FILTER (WHERE NOT g.price = option_price(kind, spot, 100, 0.5, 0.3, 0.05, 0.03, exercise => 'american')) AS price,
	   count(*) FILTER (WHERE NOT abs(g.delta - (up - down) / 0.02) < 1e-4) AS delta,
	   count(*) FILTER (WHERE NOT abs(g.theta - (0.05 * g.price - 0.02 * spot * g.delta - 0.045 * spot * spot * g.gamma)) < 1e-9
						AND g.theta <> 0) AS black_scholes_equation
FROM (VALUES ('call'::instrument_kind), ('put')) k(kind), unnest('{70,80,90,100,110,120,130}'::float8[]) spot,
	 LATERAL option_greeks(kind, spot, 100, 0.5, 0.3, 0.05, 0.03, exercise => 'american') g,
	 LATERAL (SELECT option_price(kind, spot + 0.01, 100, 0.5, 0.3, 0.05, 0.03, exercise => 'american') AS up,
					 option_price(kind, spot - 0.01, 100, 0.5, 0.3, 0.05, 0.03, exercise => 'american') AS down) d;

-- a grid's cells: the accuracy of a grid, nothing moved is nothing gained, and
-- each scenario alone gives what it gives among others
WITH p AS (
	SELECT margin_position(kind => kind, quantity => 1, strike => 100, spot => 97, volatility => 0.3, rate => 0.05, yield => 0.02,
		as_of => '2026-03-13 20:00+00', expiry => '2026-09-18 20:00+00', exercise => 'american', underlying => 'X',
		dividend_times => times, dividend_amounts => amounts) AS p, kind, cardinality(times) AS dividends,
		years_between('2026-03-13 20:00+00', '2026-09-18 20:00+00') AS years
	FROM (VALUES ('call'::instrument_kind), ('put')) k(kind),
		 (VALUES (NULL::timestamptz[], NULL::float8[]),
				 ('{2026-05-08 13:30+00, 2026-08-07 13:30+00}', '{0.8, 0.8}')) d(times, amounts)
), s AS (SELECT n::int, s FROM scenarios(scenario_grid(0.15, 5, '{-0.25,0,0.25}')) WITH ORDINALITY AS u(price_shock, price_points,
			vol_shock, vol_points, vol_power, vol_power_long, vol_floor, rate_points, days, stickiness, weight, skew_shock,
			smile_shock, skew_cap, n), LATERAL (SELECT market_scenario(price_shock => u.price_shock, vol_shock => u.vol_shock)) m(s))
SELECT kind, dividends,
	   count(*) FILTER (WHERE NOT position_pnl(p, s) = pnls[n]) AS alone,
	   count(*) FILTER (WHERE (s).price_shock = 0 AND (s).vol_shock = 0 AND pnls[n] <> 0) AS unmoved,
	   CASE WHEN dividends IS NULL THEN count(*) FILTER (WHERE NOT abs(pnls[n] -
		   (option_price(kind, 97 * (1 + (s).price_shock), 100, years, 0.3 * (1 + (s).vol_shock), 0.05, 0.02, exercise => 'american') -
			option_price(kind, 97, 100, years, 0.3, 0.05, 0.02, exercise => 'american'))) < 1e-4) END AS off,
	   abs(position_value(p) - (position_greeks(p)).price) < 1e-9 AS same_value
FROM p, s, LATERAL (SELECT position_pnls(p, scenario_grid(0.15, 5, '{-0.25,0,0.25}')) AS pnls) c
GROUP BY p, kind, dividends ORDER BY kind, dividends NULLS FIRST;

--
-- Time
--
-- years of 365 days, from the microsecond; on expiry day by the hour, at expiry
-- the payoff, and after it an error
SELECT years_between('2026-03-13 20:00+00', '2027-03-13 20:00+00') AS year,
	   years_between('2026-06-19 14:00-04', '2026-06-19 16:00-04') * 365 * 24 AS hours,
	   years_between('2026-06-19 16:00-04', '2026-06-19 20:00+00') AS nothing,
	   years_between('2028-02-28', '2028-03-01') * 365 AS leap_days,
	   years_between('2026-03-13 20:00+00', '2026-03-13 19:00+00') < 0 AS back;
SELECT t AS at, position_value(margin_position(kind => 'put', quantity => 1, strike => 100, spot => 90, volatility => 0.3, rate => 0.05,
		   exercise => exercise, as_of => t, expiry => '2026-06-19 20:00+00', underlying => 'X')) = 10 AS payoff, exercise
FROM unnest('{2026-06-19 19:59:59.999999+00, 2026-06-19 20:00+00}'::timestamptz[]) t,
	 unnest('{european,american}'::exercise_style[]) exercise;
SELECT pg_temp.error('position_value(margin_position(kind => ''put'', quantity => 1, strike => 100, spot => 90, volatility => 0.3,
	as_of => ''2026-06-19 20:00:00.000001+00'', expiry => ''2026-06-19 20:00+00'', underlying => ''X''))') AS after;
SELECT pg_temp.error(e) FROM unnest(ARRAY['years_between(''infinity'', ''2026-06-19'')', 'years_between(''2026-06-19'', ''-infinity'')']) e;
