# What the TAP tests share: a server with the extension, and ways to ask it.
package MarginTest;

use strict;
use warnings;
use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_node load_reference ask fails_with);

our $root = "$FindBin::RealBin/../..";

# A running server; settings as name => value.  The extension is in the
# database postgres.
sub new_node
{
	my ($name, %settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', join '', map { "$_ = '$settings{$_}'\n" } sort keys %settings);
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION portfolio_margin');
	return $node;
}

# The book, the slow reference and the right answers (sql/reference.sql).
sub load_reference
{
	my ($node) = @_;
	$node->safe_psql('postgres', "\\i '$root/sql/reference.sql'");
	$node->safe_psql('postgres', 'ALTER DATABASE postgres SET search_path = reference, public');
	return;
}

# The result of SQL, which must succeed, in one session.
sub ask
{
	my ($node, $sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

# SQL fails with this SQLSTATE, and the server lives on.
sub fails_with
{
	my ($node, $sqlstate, $sql, $name) = @_;
	my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($stderr, qr/ERROR:  $sqlstate:/, $name);
	is($node->safe_psql('postgres', 'SELECT 1'), 1, "$name: the server lives");
	return;
}

1;
