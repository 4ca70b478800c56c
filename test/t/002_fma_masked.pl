# The same bytes on a processor without fused multiply-add.  The C library picks
# other variants of exp, log and pow there, whose last bit differs; what reaches
# a margin must not use them, nor be compiled into fused instructions.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use Test::More;

my $node = new_node('fma', jit => 'off', max_parallel_workers_per_gather => 0);
load_reference($node);

# Positions all over the place: near and far, short and long, tiny and large.
ask($node, q{
	CREATE TABLE wide AS
	SELECT n, margin_position(
		kind => (enum_range(NULL::instrument_kind))[1 + n % 5],
		quantity => (n % 13 - 6) / 3.0,
		multiplier => 10.0 ^ (n % 7 - 2),
		spot => 100 * (1 + (n % 17) / 10.0),
		strike => CASE WHEN n % 5 >= 3 THEN 100 * exp((n % 29 - 14) / 9.0) END,
		volatility => CASE WHEN n % 5 >= 3 THEN 0.03 * 1.3 ^ (n % 19) * CASE WHEN n % 3 = 2 THEN 100 ELSE 1 END END,
		rate => (n % 11 - 3) / 100.0,
		yield => CASE WHEN n % 3 = 0 OR n % 5 < 3 THEN (n % 4) / 100.0 ELSE 0 END,
		as_of => '2026-03-13 20:00+00',
		expiry => CASE WHEN n % 5 >= 3 THEN timestamptz '2026-03-13 20:00+00' + interval '1 hour' * 1.5 ^ (n % 23) END,
		pricing => (enum_range(NULL::pricing_model))[1 + n % 3],
		settlement => CASE WHEN n % 5 > 0 AND n % 2 = 0 THEN 'inverse' ELSE 'linear' END::settlement_style,
		underlying => 'U' || n % 10, currency => 'USD') AS position
	FROM generate_series(1, 4000) AS n});
is(ask($node, 'SELECT count(*) FROM wide WHERE position_issue(position) IS NOT NULL'), 0, 'every position is good');

# Everything that reaches a cell or a result, bit by bit.
my %dumps = (
	prices => q{SELECT n, float8send(option_price((position).kind, (position).spot, (position).strike,
			extract(epoch FROM (position).expiry - (position).as_of)::float8 / 31536000, (position).volatility,
			(position).rate, 0, (position).pricing))
		FROM wide WHERE n % 5 >= 3},
	values => 'SELECT n, float8send(position_value(position)) FROM wide',
	greeks => 'SELECT n, record_send(g) FROM wide, position_greeks(position) AS g',
	pnls => q{SELECT n, array_send(position_pnls(position, scenario_set)) FROM wide, risk_set WHERE name <> 'listed'},
	margins => q{SELECT n / 4, name, record_send(portfolio_margin(position, scenario_set))
		FROM wide, risk_set WHERE name <> 'listed' GROUP BY 1, 2},
	book => q{SELECT account, name, record_send(portfolio_margin(position, scenario_set)) FROM trade, risk_set GROUP BY 1, 2},
	generators => q{SELECT name, n, record_send(s) FROM risk_set, scenarios(scenario_set) WITH ORDINALITY AS s(a,b,c,d,e,f,g,h,i,j,k,n)},
);

sub dump_of
{
	my ($query, $settings) = @_;
	return ask($node, ($settings // '') . "SELECT line FROM (SELECT t::text AS line FROM ($query) AS t) AS s ORDER BY line COLLATE \"C\"");
}

# What the C library does, as seen through SQL's own exp, ln and power.
my $libm = q{SELECT md5(string_agg(encode(float8send(exp(x)) || float8send(ln(x)) || float8send(power(x, 1.7)), 'hex'), '' ORDER BY n))
	FROM (SELECT n, n * 0.0123::float8 AS x FROM generate_series(1, 20000) AS n) AS s};

my $libm_before = ask($node, $libm);
my %before = map { $_ => dump_of($dumps{$_}) } keys %dumps;
my %compiled = map { $_ => dump_of($dumps{$_}, 'SET jit = on; SET jit_above_cost = 0; SET jit_inline_above_cost = 0; SET jit_optimize_above_cost = 0;') } keys %dumps;
$node->stop;

# Names of the features before and since glibc 2.33; those unknown are ignored.
$ENV{GLIBC_TUNABLES} = 'glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX2_Usable,-FMA_Usable,-FMA4_Usable,-AVX512F_Usable';
$node->start;
delete $ENV{GLIBC_TUNABLES};

for my $name (sort keys %dumps)
{
	cmp_ok(length $before{$name}, '>', 3000, "$name: there is something to compare");
	ok($before{$name} eq $compiled{$name}, "$name: the same bytes in a compiled query");
}

SKIP:
{
	skip 'masking changes nothing here: no FMA in this processor, or another C library', 1 + keys %dumps
	  if ask($node, $libm) eq $libm_before;
	pass('without FMA the C library gives other bits');
	ok(dump_of($dumps{$_}) eq $before{$_}, "$_: the same bytes without FMA") for sort keys %dumps;
}

$node->stop;
done_testing();
