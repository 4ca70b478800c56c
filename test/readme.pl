#!/usr/bin/perl
# test/readme.pl [--write] FILE.md DEMO_OUTPUT
#
# Holds a document against what really happens: every ```sql block that a
# ```text block follows is run by psql, in order and in one session, and must
# print that text; every ```console block that does not start with a prompt
# must stand, as it is, in the output of demo/run.  With --write the text
# blocks are replaced by what is printed now, to be read before it is kept.
# Connects as the environment says, to a database with the sample book.

use strict;
use warnings;

my $write = @ARGV && $ARGV[0] eq '--write' && shift @ARGV;
die "usage: $0 [--write] FILE.md DEMO_OUTPUT\n" unless @ARGV == 2;
my ($file, $demo_file) = @ARGV;

# The lines of a block, up to its closing fence.
my $lines = qr/((?:(?!```).*\n)*)/;

sub slurp
{
    my ($name) = @_;
    open my $in, '<', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}

my $document = slurp($file);
my $demo = slurp($demo_file);
my ($passed, $failed) = (0, 0);

sub result
{
    my ($good, $what, $detail) = @_;
    $good ? $passed++ : $failed++;
    print "FAILED $file: $what\n$detail\n" unless $good;
}

while ($document =~ /^```console\n$lines```$/mg)
{
    my $block = $1;
    next if $block =~ /^\$ /;
    result(index($demo, $block) >= 0, 'demo/run does not print this', $block);
}

# All statements go through one psql, so that later blocks see earlier ones;
# a line that nothing else prints parts their outputs.
my (@sql, @text);
while ($document =~ /^```sql\n$lines```\n```text\n$lines```$/mg)
{
    push @sql, $1;
    push @text, $2;
}
my $mark = '==== end of block ====';
my $script = "\\set VERBOSITY default\n" . join('', map { "$_\n\\echo $mark\n" } @sql);
open my $psql_in, '>', "/tmp/readme.$$.sql" or die "$!\n";
print $psql_in $script;
close $psql_in;
my $output = qx(psql -X -q -P pager=off -P footer=off -P null=- -P format=wrapped -P columns=100 -f /tmp/readme.$$.sql 2>&1);
unlink "/tmp/readme.$$.sql";
my @printed = split /^\Q$mark\E\n/m, $output, -1;

for my $i (0 .. $#sql)
{
    my $got = $printed[$i] // '';
    $got =~ s/\n+\z/\n/;
    $got =~ s/^psql:[^ ]*: //mg;
    if ($write)
    {
        $document =~ s/(\Q$sql[$i]\E```\n```text\n)$lines```/$1$got```/m;
        next;
    }
    result($got eq $text[$i], 'this block prints something else', "$sql[$i]--- printed:\n$got");
}
if ($write)
{
    open my $out, '>', $file or die "$file: $!\n";
    print $out $document;
    exit 0;
}
print "readme: $passed passed, $failed failed\n";
exit($failed || !$passed);
