/* The side of a measurement that parses, in C. Orders and answers are those of
 * the Go package runner: a line "KIND FILE MILLISECONDS" on standard input, a
 * line of nanoseconds per message, or "! why not", on standard output. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Parses one message and returns whether it was read to the end. */
typedef int parse_fn(const char *message, size_t length);

struct corpus {
	char file[4096];
	char *octets;
	size_t size;
};

/* The corpora that were asked for; they are few. */
static struct corpus *load(const char *file)
{
	static struct corpus loaded[64];
	struct corpus *c = loaded;
	for (; c < loaded + 63 && c->octets; c++)
		if (!strcmp(c->file, file))
			return c;
	FILE *f = fopen(file, "rb");
	if (!f)
		exit(1);
	fseek(f, 0, SEEK_END);
	c->size = ftell(f);
	rewind(f);
	c->octets = malloc(c->size);
	if (fread(c->octets, 1, c->size, f) != c->size)
		exit(1);
	fclose(f);
	snprintf(c->file, sizeof c->file, "%s", file);
	return c;
}

/* Parses every message of c and returns how many; 0 when one is refused. */
static size_t pass(struct corpus *c, parse_fn *parse)
{
	size_t messages = 0;
	for (size_t at = 0; at < c->size; messages++) {
		uint32_t length; /* little-endian in the file, as in memory */
		memcpy(&length, c->octets + at, 4);
		if (!parse(c->octets + at + 4, length))
			return 0;
		at += 4 + length;
	}
	return messages;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void measure(struct corpus *c, parse_fn *parse, double limit)
{
	double start = now();
	size_t messages;
	do { /* to warm up */
		if (!(messages = pass(c, parse))) {
			printf("! not read to the end\n");
			return;
		}
	} while (now() - start < limit / 4);
	for (size_t passes = 1;;) {
		start = now();
		for (size_t i = 0; i < passes; i++)
			pass(c, parse);
		double took = now() - start;
		if (took >= limit) {
			printf("%.3f\n", took / (passes * messages));
			return;
		}
		double scale = 1.1 * limit / (took + 1);
		passes += 1 + passes * (scale < 100 ? scale : 100);
	}
}

/* Answers orders until there are no more. */
static int serve(parse_fn *request, parse_fn *response, parse_fn *chunked)
{
	char kind[16], file[4096];
	int ms;
	while (scanf("%15s %4095s %d", kind, file, &ms) == 3) {
		parse_fn *parse = !strcmp(kind, "request") ? request : !strcmp(kind, "response") ? response : chunked;
		if (parse)
			measure(load(file), parse, ms * 1e6);
		else
			printf("! does not read these\n");
		fflush(stdout);
	}
	return 0;
}
