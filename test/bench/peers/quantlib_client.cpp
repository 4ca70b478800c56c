/*
 * quantlib_client.cpp NAME distinct|each ROUND: margins the book outside the
 * database, valued by QuantLib.
 *
 * Fetches the book by binary COPY, values every distinct contract once or every
 * position with BlackCalculator (discounts and deviation once per contract),
 * sums account by account after a counting sort, and writes the answers back.
 * Prints "ROUND NAME milliseconds processor" without and "ROUND NAME_back ..."
 * with the answers written back, counted from the open connection; the
 * processor's milliseconds are those of this process and of its server process.
 */
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include <libpq-fe.h>
#include <ql/pricingengines/blackcalculator.hpp>

using std::size_t;
using std::string;
using std::vector;

static PGconn *connection;

[[noreturn]] static void
fail()
{
	fprintf(stderr, "quantlib_client: %s", PQerrorMessage(connection));
	exit(1);
}

static void
run(const char *statement, ExecStatusType expected)
{
	PGresult   *result = PQexec(connection, statement);

	if (PQresultStatus(result) != expected)
		fail();
	PQclear(result);
}

/* Milliseconds of both processes; of the server's only where /proc tells. */
static double
processor()
{
	std::ifstream file("/proc/" + std::to_string(PQbackendPID(connection)) + "/schedstat");
	double		nanoseconds = 0;

	file >> nanoseconds;
	return 1e3 * double(std::clock()) / CLOCKS_PER_SEC + nanoseconds / 1e6;
}

static uint64_t
read_integer(const char *p)
{
	uint64_t	v;

	memcpy(&v, p, 8);
	return __builtin_bswap64(v);
}

static double
read_double(const char *p)
{
	uint64_t	v = read_integer(p);
	double		d;

	memcpy(&d, &v, 8);
	return d;
}

/* Calls row(first byte after the count of fields) for each row of a query. */
template <class Row> static void
fetch(const string &query, Row row)
{
	char	   *data;
	int			length;
	bool		first = true;

	run(("COPY (" + query + ") TO STDOUT (FORMAT binary)").c_str(), PGRES_COPY_OUT);
	while ((length = PQgetCopyData(connection, &data, 0)) > 0)
	{
		/* The header of 19 bytes comes with the first row; the trailer is alone. */
		const char *p = first ? data + 19 : data;

		if (data + length - p > 2)
			row(p + 2);
		first = false;
		PQfreemem(data);
	}
	if (length != -1)
		fail();
	PGresult   *result = PQgetResult(connection);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail();
	PQclear(result);
	while ((result = PQgetResult(connection)) != nullptr)
		PQclear(result);
}

struct Contract
{
	size_t		underlying;
	double		sign, strike, years, spot, volatility, rate, yield, multiplier;
};

static void
pnls(const Contract &c, const vector<double> &shocks, double *result)
{
	double		deviation = c.volatility * std::sqrt(c.years);
	double		discount = std::exp(-c.rate * c.years);
	double		carry = std::exp((c.rate - c.yield) * c.years);
	auto		type = c.sign > 0 ? QuantLib::Option::Call : QuantLib::Option::Put;
	auto		value = [&](double spot)
	{ return QuantLib::BlackCalculator(type, c.strike, spot * carry, deviation, discount).value(); };
	double		now = value(c.spot);

	for (size_t s = 0; s < shocks.size(); s++)
		result[s] = c.multiplier * (value(c.spot * (1 + shocks[s])) - now);
}

template <class Integer> static void
append(string &image, Integer value)
{
	for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8)
		image.push_back(char(value >> shift));
}

static void
write_back(const vector<size_t> &start, const vector<double> &requirement)
{
	string		image("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);

	for (size_t a = 0; a < requirement.size(); a++)
	{
		uint64_t	bits;

		if (start[a] == start[a + 1])
			continue;
		memcpy(&bits, &requirement[a], 8);
		append(image, uint16_t(2));
		append(image, uint32_t(8));
		append(image, uint64_t(a));
		append(image, uint32_t(8));
		append(image, bits);
	}
	append(image, uint16_t(0xffff));
	run("COPY client_answers FROM STDIN (FORMAT binary)", PGRES_COPY_IN);
	if (PQputCopyData(connection, image.data(), int(image.size())) != 1 || PQputCopyEnd(connection, nullptr) != 1)
		fail();
	PGresult   *result = PQgetResult(connection);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail();
	PQclear(result);
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	bool		distinct = strcmp(argv[2], "distinct") == 0;

	connection = PQconnectdb("");
	if (PQstatus(connection) != CONNECTION_OK)
		fail();
	run("TRUNCATE client_answers", PGRES_COMMAND_OK);

	auto		begin = std::chrono::steady_clock::now();
	double		begin_processor = processor();
	auto		print = [&](const char *suffix)
	{
		std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;

		printf("%s %s%s %.3f %.3f\n", argv[3], argv[1], suffix, passed.count(), processor() - begin_processor);
	};

	/* Ids of contracts are 1, 2, ... in the order of plain_contracts. */
	vector<Contract> contracts;
	size_t		underlyings = 0;

	fetch("SELECT * FROM plain_contracts", [&](const char *p)
		  {
			double f[10];

			for (int i = 0; i < 10; i++)
				f[i] = read_double(p + 12 * i + 4);
			contracts.push_back({size_t(f[1]), f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9]});
			underlyings = std::max(underlyings, size_t(f[1]) + 1); });

	vector<double> shocks;

	fetch("SELECT price_shock FROM shocks ORDER BY n", [&](const char *p)
		  { shocks.push_back(read_double(p + 4)); });

	struct Position
	{
		uint32_t	account, contract;
		double		quantity;
	};
	vector<Position> positions;
	uint32_t	last = 0;

	fetch("SELECT account, contract_id, qty FROM positions", [&](const char *p)
		  {
			positions.push_back({uint32_t(read_integer(p + 4)), uint32_t(read_integer(p + 16)) - 1, read_double(p + 28)});
			last = std::max(last, positions.back().account); });

	size_t		count = shocks.size();
	vector<double> table(distinct ? contracts.size() * count : 0);

	if (distinct)
		for (size_t c = 0; c < contracts.size(); c++)
			pnls(contracts[c], shocks, &table[c * count]);

	vector<size_t> start(last + 2), next;
	vector<Position> sorted(positions.size());

	for (const Position &p : positions)
		start[p.account + 1]++;
	for (size_t a = 0; a <= last; a++)
		start[a + 1] += start[a];
	next = start;
	for (const Position &p : positions)
		sorted[next[p.account]++] = p;

	vector<double> requirement(last + 1), sums(underlyings * count), fresh(count);

	for (size_t a = 0; a <= last; a++)
	{
		std::fill(sums.begin(), sums.end(), 0.0);
		for (size_t i = start[a]; i < start[a + 1]; i++)
		{
			const Contract &c = contracts[sorted[i].contract];
			const double *pnl = distinct ? &table[sorted[i].contract * count] : fresh.data();
			double	   *sum = &sums[c.underlying * count];

			if (!distinct)
				pnls(c, shocks, fresh.data());
			for (size_t s = 0; s < count; s++)
				sum[s] += sorted[i].quantity * pnl[s];
		}
		for (size_t u = 0; u < underlyings; u++)
			requirement[a] += std::max(0.0, -*std::min_element(&sums[u * count], &sums[u * count] + count));
	}
	print("");
	write_back(start, requirement);
	print("_back");
	PQfinish(connection);
	return 0;
}
