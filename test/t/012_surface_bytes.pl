# volatility_surface: its binary and text forms come back as they went, and
# what nobody sent is refused or is another surface that is whole.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use MarginTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('surface_bytes', jit => 'off', timezone => 'UTC');
my $dir = PostgreSQL::Test::Utils::tempdir();
ask($node, q{
	CREATE TABLE sent (id serial, surface volatility_surface);
	CREATE TABLE wire (id serial, surface volatility_surface);
	INSERT INTO sent(surface) VALUES
		(volatility_surface('2026-03-13 16:00+00', '{2026-06-19 16:00+00,2026-09-18 16:00+00}', '{90,100,110}', '{{0.27,0.24,0.22},{0.26,NULL,0.23}}')),
		(moneyness_surface('2026-03-13 16:00:00.000001+00', '{2026-06-19 16:00+00}', '{0.9,1,1.1}', '{{0.27,1e100,5e-324}}')),
		(svi_surface('2026-03-13', '{2026-06-19,2026-09-18}', '{-0.0410,-0.0410}', '{0.1331,0.1331}', '{0.3060,0.3060}', '{0.3586,0.3586}', '{0.4153,0.4153}'));
	INSERT INTO sent(surface) SELECT volatility_surface('2026-03-13', ARRAY(SELECT timestamptz '2026-03-14' + n * interval '1 day' FROM generate_series(1, 256) AS n),
		ARRAY(SELECT sqrt(k) FROM generate_series(1, 1024) AS k), ARRAY(SELECT ARRAY(SELECT 0.2 + sin(k) / (n + 9) FROM generate_series(1, 1024) AS k) FROM generate_series(1, 256) AS n));
});
for my $format ('binary', 'text', 'csv')
{
	ask($node, "COPY sent(surface) TO '$dir/$format' (FORMAT $format); TRUNCATE wire RESTART IDENTITY; COPY wire(surface) FROM '$dir/$format' (FORMAT $format)");
	is(ask($node, 'SELECT count(*), count(*) FILTER (WHERE volatility_surface_send(w.surface) = volatility_surface_send(s.surface)) FROM sent AS s FULL JOIN wire AS w USING (id)'),
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
			$script .= "COPY wire(surface) FROM '$dir/bad$i' (FORMAT binary);\n";
		}
		my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$script", on_error_stop => 0);
		is($status, 0, "$name: the connection holds");
		$states{$1}++ while $stderr =~ /ERROR:\s+(\w{5})/g;
	}
	# 08P01 is what the server says itself of a message that ends too early.
	is(join(' ', grep { !/^(?:22|08P01)/ } sort keys %states), '', "$name: refused as bad data");
	is(ask($node, q{SELECT count(*) FROM wire WHERE surface::text::volatility_surface IS DISTINCT FROM surface
		OR NOT volatility_at(surface, 95, surface_as_of(surface), 100) >= 0}), 0, "$name: what came in is whole");
	my $refused = 0;
	$refused += $_ for values %states;
	note("$name: ", join ', ', map { "$states{$_} $_" } sort keys %states);
	return ($refused, ask($node, 'SELECT count(*) FROM wire'));
}

for my $id (1 .. 3)
{
	my $good = pack('H*', ask($node, "SELECT encode(volatility_surface_send(surface), 'hex') FROM sent WHERE id = $id"));
	my ($refused, $accepted) = damaged("$id whole", $good);
	is("$refused $accepted", '0 1', "$id whole: taken");
	($refused, $accepted) = damaged("$id truncated", map { substr $good, 0, $_ } 0 .. length($good) - 1);
	is("$refused $accepted", length($good) . ' 0', "$id truncated: all are refused");
	($refused, $accepted) = damaged("$id longer", map { $good . "\0" x $_ } 1, 2, 8, 100);
	is("$refused $accepted", '4 0', "$id longer: all are refused");
	my @flipped = map { my $bad = $good; vec($bad, $_, 1) ^= 1; $bad } 0 .. 8 * length($good) - 1;
	($refused, $accepted) = damaged("$id a bit flipped", @flipped);
	# version and axis, number of expiries and of points cannot be others
	cmp_ok($refused, '>', 100, "$id a bit flipped: the frame is refused ($refused)");
	cmp_ok($accepted, '>', 100, "$id a bit flipped: in a number it is another number ($accepted)");
	is($refused + $accepted, scalar @flipped, "$id a bit flipped: each is one or the other");
	is(ask($node, "SELECT count(*) FROM wire JOIN sent USING (surface)"), 0, "$id a bit flipped: none is taken for what was sent");
	my @words;
	for my $at (0 .. length($good) - 4)
	{
		for my $word (0, 1, 2, 256, 257, 1024, 1025, 0x7fffffff, 0x80000000, 0xffffffff, 0x7ff00000, 0x7ff80000)
		{
			my $bad = $good;
			substr($bad, $at, 4) = pack 'N', $word;
			push @words, $bad if $bad ne $good;
		}
	}
	($refused, $accepted) = damaged("$id a word changed", @words);
	is($refused + $accepted, scalar @words, "$id a word changed: each is refused or taken");
}
my ($refused, $accepted) = damaged('nothing but a frame', '', "\1", "\1\0" . pack('q>N', 0, 0), "\1\3" . pack('q>N', 0, 0), "\2\0" . pack('q>N', 0, 0),
	"\1\0" . pack('q>N', 0, 0xffffffff), "\1\0" . pack('q>Nq>N', 0, 1, 1, 0), "\1\0" . pack('q>Nq>N', 0, 1, 1, 0xffffffff), "\1\2" . pack('q>Nq>N', 0, 1, 1, 2));
is("$refused $accepted", '9 0', 'nothing but a frame: refused');

# The text form with a character changed, left out or put in, at every place.
my $states = ask($node, q{
	CREATE FUNCTION try_text(s text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		IF s::volatility_surface::text::volatility_surface IS DISTINCT FROM s::volatility_surface THEN RETURN 'lost'; END IF;
		RETURN 'ok';
	EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
	END $$;
	SELECT try_text(overlay(s PLACING c FROM n FOR width)) AS state, count(*)
	FROM (SELECT surface::text AS s FROM sent WHERE id < 4) AS t, generate_series(1, length(s)) AS n,
		unnest(ARRAY['', '0', '9', '-', '+', ':', '{', '}', ',', ' ', 'Z', 'é']) AS c, unnest('{0,1,5}'::int[]) AS width GROUP BY 1 ORDER BY 1});
note($states);
like($states, qr/^22P02/m, 'damaged text: refused');
like($states, qr/^ok/m, 'damaged text: or another surface');
unlike($states, qr/^(?!ok|22)/m, 'damaged text: no other error, nothing lost');

unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
