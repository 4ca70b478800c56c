# Joint scenario sets: their binary and text forms come back as they went, and
# what nobody sent is refused or is another set that is whole.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('joint_bytes', jit => 'off', timezone => 'UTC');
my $dir = PostgreSQL::Test::Utils::tempdir();
ask($node, q{
	CREATE TABLE sent (id serial, set scenario_set);
	CREATE TABLE wire (id serial, set scenario_set);
	INSERT INTO sent(set) VALUES
		(joint_scenarios('{ACME,BOND}', '{{-0.05,0.01},{0.02,-0.01}}', '{{0.25,0},{5e-324,0}}', days => 1)),
		(joint_scenarios('{Ä,"a \" b"}', '{{0.5,0.5}}'));
	INSERT INTO sent(set) SELECT joint_scenarios_agg(n, u, market_scenario(price_shock => 0.1 * n, vol_power_long => nullif(n, 2), skew_cap => nullif(n, 1),
			stickiness => CASE WHEN n = 2 THEN 'moneyness' ELSE 'strike' END::vol_stickiness)) FROM generate_series(1, 3) AS n, unnest('{A,B}'::text[]) AS u;
	INSERT INTO sent(set) SELECT joint_scenarios_agg(n, 'U' || k, market_scenario(price_shock => sin(n * 20 + k))) FROM generate_series(1, 5000) AS n, generate_series(1, 20) AS k;
});
for my $format ('binary', 'text', 'csv')
{
	ask($node, "COPY sent(set) TO '$dir/$format' (FORMAT $format); TRUNCATE wire RESTART IDENTITY; COPY wire(set) FROM '$dir/$format' (FORMAT $format)");
	is(ask($node, 'SELECT count(*), count(*) FILTER (WHERE scenario_set_send(w.set) = scenario_set_send(s.set) AND w.set = s.set) FROM sent AS s FULL JOIN wire AS w USING (id)'),
		'4|4', "COPY, $format");
}

my $header = "PGCOPY\n\377\r\n\0" . pack('NN', 0, 0);

sub damaged
{
	my ($name, @values) = @_;
	my %states;
	ask($node, 'TRUNCATE wire');
	while (my @some = splice @values, 0, 500)
	{
		my $script = '';
		for my $i (0 .. $#some)
		{
			open my $out, '>:raw', "$dir/bad$i" or die $!;
			print $out $header, pack('n', 1), pack('N', length $some[$i]), $some[$i], pack('n', 0xffff);
			close $out;
			$script .= "COPY wire(set) FROM '$dir/bad$i' (FORMAT binary);\n";
		}
		my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$script", on_error_stop => 0);
		is($status, 0, "$name: the connection holds");
		$states{$1}++ while $stderr =~ /ERROR:\s+(\w{5})/g;
	}
	# 08P01 is what the server says itself of a message that ends too early.
	is(join(' ', grep { !/^(?:22|08P01)/ } sort keys %states), '', "$name: refused as bad data");
	is(ask($node, q{SELECT count(*) FROM wire WHERE set::text::scenario_set IS DISTINCT FROM set
		OR underlyings(set) IS NOT NULL AND (SELECT count(*) FROM unnest(underlyings(set)) AS u, scenarios(set, u)) % cardinality(underlyings(set)) <> 0}), 0, "$name: what came in is whole");
	my $refused = 0;
	$refused += $_ for values %states;
	note("$name: ", join ', ', map { "$states{$_} $_" } sort keys %states);
	return ($refused, ask($node, 'SELECT count(*) FROM wire'));
}

for my $id (1 .. 3)
{
	my $good = pack('H*', ask($node, "SELECT encode(scenario_set_send(set), 'hex') FROM sent WHERE id = $id"));
	my ($refused, $accepted) = damaged("$id whole", $good);
	is("$refused $accepted", '0 1', "$id whole: taken");
	($refused, $accepted) = damaged("$id truncated", map { substr $good, 0, $_ } 0 .. length($good) - 1);
	is("$refused $accepted", length($good) . ' 0', "$id truncated: all are refused");
	($refused, $accepted) = damaged("$id longer", map { $good . "\0" x $_ } 1, 2, 8, 100);
	is("$refused $accepted", '4 0', "$id longer: all are refused");
	my @flipped = map { my $bad = $good; vec($bad, $_, 1) ^= 1; $bad } 0 .. 8 * length($good) - 1;
	($refused, $accepted) = damaged("$id a bit flipped", @flipped);
	# version, kind, counts, lengths and masks cannot be others
	cmp_ok($refused, '>', 150, "$id a bit flipped: the frame is refused ($refused)");
	cmp_ok($accepted, '>', 100, "$id a bit flipped: in a number or a name it is another set ($accepted)");
	is($refused + $accepted, scalar @flipped, "$id a bit flipped: each is one or the other");
	my @words;
	for my $at (0 .. length($good) - 4)
	{
		for my $word (0, 1, 2, 3, 100000, 100001, 0x3fff, 0x4000, 0x7fffffff, 0x80000000, 0xffffffff, 0x7ff00000, 0x7ff80000)
		{
			my $bad = $good;
			substr($bad, $at, 4) = pack 'N', $word;
			push @words, $bad if $bad ne $good;
		}
	}
	($refused, $accepted) = damaged("$id a word changed", @words);
	is($refused + $accepted, scalar @words, "$id a word changed: each is refused or taken");
}
my ($refused, $accepted) = damaged('nothing but a frame', "\1\1", "\1\1" . pack('N', 1), "\1\1" . pack('NN', 1, 0), "\1\1" . pack('NN', 0, 0),
	"\1\1" . pack('NN', 1, 0xffffffff), "\1\1" . pack('NN', 0xffffffff, 1), "\1\1" . pack('NNNa1N', 0xffffffff, 1, 1, 'A', 0x3fff), "\1\2" . pack('NN', 1, 1));
is("$refused $accepted", '8 0', 'nothing but a frame: refused');

# The text form with a character changed, left out or put in, at every place.
my $states = ask($node, q{
	CREATE FUNCTION try_text(s text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		IF s::scenario_set::text::scenario_set IS DISTINCT FROM s::scenario_set THEN RETURN 'lost'; END IF;
		RETURN 'ok';
	EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
	END $$;
	SELECT try_text(overlay(s PLACING c FROM n FOR width)) AS state, count(*)
	FROM (SELECT set::text AS s FROM sent WHERE id < 4) AS t, generate_series(1, length(s)) AS n,
		unnest(ARRAY['', '0', '9', '-', '{', '}', '(', ')', ',', ' ', '"', chr(92), 'é']) AS c, unnest('{0,1,5}'::int[]) AS width GROUP BY 1 ORDER BY 1});
note($states);
like($states, qr/^22P02/m, 'damaged text: refused');
like($states, qr/^ok/m, 'damaged text: or another set');
unlike($states, qr/^(?!ok|22)/m, 'damaged text: no other error, nothing lost');

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
