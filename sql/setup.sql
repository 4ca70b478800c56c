-- Helpers of the regression tests, read by them with \i; not a test itself.
-- Temporary, so that a test leaves nothing behind and can run by itself.
-- Ends with echo on again, and with a format that shows text as it is.

\set ECHO none
\pset format unaligned
\pset footer off
\pset null '(null)'
SET client_min_messages = warning;
SET extra_float_digits = 1;

-- What a statement raises, field by field; no row if it does not.
CREATE FUNCTION pg_temp.raised(statement text)
RETURNS TABLE (state text, message text, detail text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END $$;

-- The same in one line, for printing.
CREATE FUNCTION pg_temp.error(expression text) RETURNS text
LANGUAGE sql AS $$
	SELECT coalesce((SELECT format('%s: %s', state, message) ||
			CASE WHEN detail <> '' THEN ' | ' || detail ELSE '' END ||
			CASE WHEN hint <> '' THEN ' | ' || hint ELSE '' END
		FROM pg_temp.raised('SELECT ' || expression)), 'no error')
$$;

-- The exact decimal value of a double: float8::numeric keeps 15 digits only.
CREATE FUNCTION pg_temp.exact(float8) RETURNS numeric
LANGUAGE sql SET extra_float_digits = 1 AS 'SELECT $1::text::numeric';

-- Same bits, NULL and -0 told apart.
CREATE FUNCTION pg_temp.same(float8, float8) RETURNS boolean
LANGUAGE sql AS 'SELECT float8send($1) IS NOT DISTINCT FROM float8send($2)';
\set ECHO all
