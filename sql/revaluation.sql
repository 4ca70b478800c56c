--
-- What a position is worth, and gains in a scenario, by where its volatility
-- comes from, what the smile does, and its dividends; against option_price,
-- implied_volatility and volatility_at put together here.
--
\pset format unaligned
\pset null (null)
\pset footer off

CREATE TEMP TABLE terms AS
SELECT timestamptz '2026-03-13 20:00+00' AS now, timestamptz '2026-09-18 20:00+00' AS expiry,
	   years_between('2026-03-13 20:00+00', '2026-09-18 20:00+00') AS years,
	   100::float8 AS spot, 0.04::float8 AS rate, 0.01::float8 AS yield,
	   svi_surface(as_of => '2026-03-13 20:00+00', expiries => '{2026-06-19 20:00+00, 2026-12-18 21:00+00}',
		   a => '{0.01, 0.03}', b => '{0.08, 0.12}', rho => '{-0.5, -0.6}', m => '{0.02, 0.05}', sigma => '{0.15, 0.25}') AS smile;

-- one position for each source of volatility; a price that is 0.31's
CREATE TEMP VIEW cases AS
SELECT t.*, kind, strike, source, price,
	   margin_position(kind => kind, quantity => -3, multiplier => 10, strike => strike, spot => spot, rate => rate, yield => yield,
		   as_of => now, expiry => expiry, underlying => 'X', exercise => exercise,
		   volatility => CASE WHEN source LIKE '%volatility%' THEN 0.27 END,
		   price => CASE WHEN source LIKE '%price%' THEN price END,
		   surface => CASE WHEN source LIKE '%surface%' THEN smile END) AS p,
	   CASE WHEN source LIKE '%volatility%' THEN 0.27
			WHEN source LIKE '%price%' THEN implied_volatility(kind, price, spot, strike, years, rate, yield, 'black_scholes', exercise)
			ELSE volatility_at(smile, strike, expiry, spot * exp((rate - yield) * years)) END AS volatility, exercise
FROM terms t, unnest('{call,put}'::instrument_kind[]) kind, unnest('{85,100,120}'::float8[]) strike,
	 unnest('{european,american}'::exercise_style[]) exercise,
	 unnest('{volatility,price,surface,volatility and price,volatility and surface,price and surface,volatility and price and surface}'::text[]) source,
	 LATERAL (SELECT option_price(kind, spot, strike, years, 0.31, rate, yield, 'black_scholes', exercise) AS price) x;

SELECT source, count(*) AS cases,
	   count(*) FILTER (WHERE NOT abs(position_value(p) / -30 - option_price(kind, spot, strike, years, volatility, rate, yield,
		   'black_scholes', exercise)) < 1e-11) AS value,
	   count(*) FILTER (WHERE NOT abs(portfolio_value / -30 - position_value(p) / -30) < 1e-11) AS margin,
	   count(*) FILTER (WHERE source = 'price' AND NOT abs(volatility - 0.31) < 1e-6) AS implied,
	   count(*) FILTER (WHERE position_issue(p) IS NOT NULL) AS issues
FROM cases, LATERAL (SELECT (portfolio_margin(q)).market_value FROM (VALUES (p)) v(q)) m(portfolio_value)
GROUP BY source ORDER BY source;

-- the same profit as with that volatility given, cell by cell
SELECT source, count(*) FILTER (WHERE position_pnls(p, s) <> position_pnls(
		   jsonb_populate_record(p, jsonb_build_object('volatility', volatility, 'price', NULL)), s)) AS differ
FROM cases, (SELECT scenario_grid(0.15, 5, '{-0.25,0,0.25}') AS s) x
WHERE source IN ('price', 'surface', 'price and surface') GROUP BY source ORDER BY source;

-- sticky moneyness and skew shocks: the moved volatility by hand
SELECT scenario, count(*) AS cases,
	   count(*) FILTER (WHERE NOT abs(position_pnl(p, s) / -30 - (option_price(kind, spot * (1 + (s).price_shock), strike, years, moved, rate, yield) -
		   option_price(kind, spot, strike, years, volatility, rate, yield))) < 1e-11) AS wrong,
	   round(min(moved - volatility)::numeric, 4) AS least, round(max(moved - volatility)::numeric, 4) AS most
FROM cases, (VALUES
	(1, 'strike', market_scenario(price_shock => -0.1)),
	(2, 'moneyness', market_scenario(price_shock => -0.1, stickiness => 'moneyness')),
	(3, 'moneyness, up', market_scenario(price_shock => 0.1, vol_shock => -0.2, vol_points => 0.01, stickiness => 'moneyness')),
	(4, 'skew', market_scenario(skew_shock => -0.4)),
	(5, 'smile', market_scenario(smile_shock => 0.4, vol_points => 0.02)),
	(6, 'both, capped', market_scenario(price_shock => 0.05, vol_shock => 0.1, skew_shock => -0.9, smile_shock => 0.3, skew_cap => 0.1)),
	(7, 'skew at the money that moved', market_scenario(price_shock => -0.1, skew_shock => -0.4, stickiness => 'moneyness'))) v(n, scenario, s),
	 LATERAL (SELECT spot * exp((rate - yield) * years) AS forward,
					 CASE (s).stickiness WHEN 'moneyness' THEN strike / (1 + (s).price_shock) ELSE strike END AS was) f,
	 LATERAL (SELECT volatility + CASE (s).stickiness WHEN 'moneyness'
				  THEN volatility_at(smile, was, expiry, forward) - volatility_at(smile, strike, expiry, forward) ELSE 0 END AS base,
					 ln(was / forward) AS k) g,
	 LATERAL (SELECT base * (1 + (s).vol_shock + greatest(-coalesce((s).skew_cap, 9), least(coalesce((s).skew_cap, 9),
				  (s).skew_shock * k + (s).smile_shock * abs(k)))) + (s).vol_points AS moved) m
WHERE exercise = 'european' AND source IN ('surface', 'volatility and surface') GROUP BY n, scenario ORDER BY n;

-- bachelier: the smile moves by price units; a surface by strike
SELECT count(*) FILTER (WHERE NOT abs(position_pnl(p, s) - (option_price('put', 23, 24, years, sigma + moved, rate, pricing => 'bachelier') -
		   option_price('put', 25, 24, years, sigma, rate, pricing => 'bachelier'))) < 1e-12) AS wrong, round(moved::numeric, 4) AS moved
FROM (SELECT *, volatility_surface(as_of => now, expiries => ARRAY[expiry], strikes => '{20,24,28}', volatilities => '{{12,11,10.5}}') AS grid
	  FROM terms) t,
	 LATERAL (SELECT margin_position(kind => 'put', quantity => 1, strike => 24, spot => 25, rate => rate, pricing => 'bachelier',
				  as_of => now, expiry => expiry, underlying => 'X', surface => grid) AS p,
				  market_scenario(price_points => -2, stickiness => 'moneyness') AS s,
				  volatility_at(grid, 24, expiry) AS sigma, volatility_at(grid, 26, expiry) - volatility_at(grid, 24, expiry) AS moved) x
GROUP BY moved;

-- dividends: the spot less their value; those of the past and after expiry do
-- not count, and a time step leaves those behind that it passes
SELECT days, count(*) AS cases,
	   count(*) FILTER (WHERE NOT abs(position_pnl(p, market_scenario(price_shock => shock, days => days)) -
		   (option_price('call', 100 * (1 + shock) - later, 95, greatest(0, years - days / 365), 0.3, rate, yield) -
			option_price('call', 100 - present, 95, years, 0.3, rate, yield))) < 1e-11) AS wrong
FROM terms, unnest('{-0.1,0,0.1}'::float8[]) shock, unnest('{0,30,60,400}'::float8[]) days,
	 LATERAL (SELECT margin_position(kind => 'call', quantity => 1, strike => 95, spot => 100, volatility => 0.3, rate => rate, yield => yield,
				  as_of => now, expiry => expiry, underlying => 'X',
				  dividend_times => ARRAY[now - interval '1 day', now, '2026-05-08 20:00+00', '2026-08-07 20:00+00', expiry + interval '1 second'],
				  dividend_amounts => '{9,9,0.8,0.9,9}') AS p) x,
	 LATERAL (SELECT sum(d * exp(-rate * t)) AS present,
					 coalesce(sum(d * exp(-rate * (t - days / 365))) FILTER (WHERE t > days / 365), 0) AS later
			  FROM (VALUES (0.8, years_between(now, '2026-05-08 20:00+00')), (0.9, years_between(now, '2026-08-07 20:00+00'))) v(d, t)) y
WHERE days < 365 OR shock = 0 GROUP BY days ORDER BY days;

-- what cannot be valued
CREATE FUNCTION pg_temp.error(p margin_position, s market_scenario) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	PERFORM position_pnl(p, s);
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ': ' || SQLERRM || ' | ' || detail || ' | ' || hint;
END $$;
SELECT what, pg_temp.error(jsonb_populate_record(p, change), s) AS error,
	   position_issue(jsonb_populate_record(p, change)) IS NOT NULL AS issue
FROM (SELECT p FROM cases WHERE source = 'volatility' AND kind = 'call' AND strike = 85 AND exercise = 'european') c, (VALUES
	('below intrinsic', '{"volatility": null, "price": 10}'::jsonb, market_scenario()),
	('no time value', '{"volatility": null, "price": 15, "rate": 0, "yield": 0}', market_scenario()),
	('above the spot', '{"volatility": null, "price": 101}', market_scenario()),
	('american at intrinsic', '{"volatility": null, "price": 15, "exercise": "american"}', market_scenario()),
	('expired', '{"volatility": null, "price": 15, "as_of": "2026-09-18 20:00+00"}', market_scenario()),
	('no smile', '{}', market_scenario(price_shock => -0.1, stickiness => 'moneyness')),
	('dividends worth the spot', '{"dividend_times": ["2026-05-08"], "dividend_amounts": [101]}', market_scenario()),
	('dividends worth the shocked spot', '{"dividend_times": ["2026-05-08"], "dividend_amounts": [60]}', market_scenario(price_shock => -0.5)),
	('american, the same', '{"dividend_times": ["2026-05-08"], "dividend_amounts": [60], "exercise": "american"}', market_scenario(price_shock => -0.5)),
	('no boundary', '{"exercise": "american", "rate": -0.589, "yield": 0.00014, "volatility": 0.18, "expiry": "2067-09-18"}', market_scenario())
) v(what, change, s);
