-- What a user without the extension would write inside the database.

-- The normal distribution function after J. F. Hart, as printed by G. West,
-- "Better approximations to cumulative normal functions" (2005): 1e-15.
CREATE FUNCTION normal_cdf(x float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    a float8 := abs(x);
    tail float8;
BEGIN
    IF a > 37 THEN
        tail := 0;
    ELSIF a < 7.07106781186547 THEN
        tail := exp(-a * a / 2)
            * ((((((3.52624965998911e-02 * a + 0.700383064443688) * a + 6.37396220353165) * a + 33.912866078383) * a
               + 112.079291497871) * a + 221.213596169931) * a + 220.206867912376)
            / (((((((8.83883476483184e-02 * a + 1.75566716318264) * a + 16.064177579207) * a + 86.7807322029461) * a
               + 296.564248779674) * a + 637.333633378831) * a + 793.826512519948) * a + 440.413735824752);
    ELSE
        tail := exp(-a * a / 2) / 2.506628274631 / (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65)))));
    END IF;
    RETURN CASE WHEN x > 0 THEN 1 - tail ELSE tail END;
END $$;

CREATE FUNCTION black_scholes(sign float8, spot float8, strike float8, years float8, volatility float8, rate float8, yield float8)
RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    deviation float8 := volatility * sqrt(years);
    d1 float8 := (ln(spot / strike) + (rate - yield) * years) / deviation + deviation / 2;
BEGIN
    RETURN sign * (spot * exp(-yield * years) * normal_cdf(sign * d1)
        - strike * exp(-rate * years) * normal_cdf(sign * (d1 - deviation)));
END $$;

-- The best SQL: every contract priced once, ten sums per account and underlying.
CREATE FUNCTION best_sql() RETURNS TABLE (account bigint, requirement float8) LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pnl;
    CREATE TEMP TABLE pnl AS
    SELECT c.contract_id::bigint, c.underlying_id::int, p[1] AS p1, p[2] AS p2, p[3] AS p3, p[4] AS p4, p[5] AS p5,
           p[6] AS p6, p[7] AS p7, p[8] AS p8, p[9] AS p9, p[10] AS p10
    FROM (SELECT c.contract_id, c.underlying_id,
                 array_agg(multiplier * (black_scholes(sign, spot * (1 + price_shock), strike, years, volatility, rate, yield)
                                         - value_now) ORDER BY n) AS p
          FROM (SELECT *, black_scholes(sign, spot, strike, years, volatility, rate, yield) AS value_now
                FROM plain_contracts OFFSET 0) AS c, shocks
          GROUP BY c.contract_id, c.underlying_id) AS c;
    ALTER TABLE pnl ADD PRIMARY KEY (contract_id);
    ANALYZE pnl;
    RETURN QUERY
    SELECT s.account, sum(greatest(0, -least(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10)))
    FROM (SELECT positions.account, sum(qty * p1) AS m1, sum(qty * p2) AS m2, sum(qty * p3) AS m3, sum(qty * p4) AS m4,
                 sum(qty * p5) AS m5, sum(qty * p6) AS m6, sum(qty * p7) AS m7, sum(qty * p8) AS m8,
                 sum(qty * p9) AS m9, sum(qty * p10) AS m10
          FROM positions JOIN pnl USING (contract_id) GROUP BY positions.account, underlying_id) AS s
    GROUP BY s.account;
END $$;

-- The obvious loop: every position in every scenario.
CREATE FUNCTION naive_margin(of_account bigint) RETURNS float8 LANGUAGE plpgsql STABLE AS $$
DECLARE
    shock CONSTANT float8[] := ARRAY(SELECT price_shock FROM shocks ORDER BY n);
    sums float8[];
    underlying float8;
    total float8 := 0;
    value_now float8;
    p record;
BEGIN
    FOR p IN SELECT * FROM positions_by_account AS b JOIN plain_contracts AS c ON c.contract_id = b.contract_id
             WHERE account = of_account ORDER BY underlying_id LOOP
        IF p.underlying_id IS DISTINCT FROM underlying THEN
            total := total + greatest(0, -(SELECT min(s) FROM unnest(sums) AS s));
            underlying := p.underlying_id;
            sums := array_fill(0::float8, ARRAY[array_length(shock, 1)]);
        END IF;
        value_now := black_scholes(p.sign, p.spot, p.strike, p.years, p.volatility, p.rate, p.yield);
        FOR i IN 1 .. array_length(shock, 1) LOOP
            sums[i] := sums[i] + p.qty * p.multiplier
                * (black_scholes(p.sign, p.spot * (1 + shock[i]), p.strike, p.years, p.volatility, p.rate, p.yield) - value_now);
        END LOOP;
    END LOOP;
    RETURN total + greatest(0, -(SELECT min(s) FROM unnest(sums) AS s));
END $$;
