/* Times picohttpparser: the functions that libh2o exports, declared here because
 * no Debian package ships their header, or those of a picohttpparser.c that is
 * compiled in. */
#include "../runner.h"
#include <sys/types.h>

struct phr_header {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};

struct phr_chunked_decoder {
	size_t bytes_left_in_chunk;
	char consume_trailer;
	char _hex_count;
	char _state;
	uint64_t _later[2]; /* what later versions add */
};

int phr_parse_request(const char *buf, size_t len, const char **method, size_t *method_len, const char **path, size_t *path_len,
		      int *minor_version, struct phr_header *headers, size_t *num_headers, size_t last_len);
int phr_parse_response(const char *buf, size_t len, int *minor_version, int *status, const char **msg, size_t *msg_len,
		       struct phr_header *headers, size_t *num_headers, size_t last_len);
ssize_t phr_decode_chunked(struct phr_chunked_decoder *decoder, char *buf, size_t *bufsz);

static struct phr_header headers[128];

static int request(const char *m, size_t n)
{
	const char *method, *path;
	size_t method_len, path_len, lines = 128;
	int minor;
	return phr_parse_request(m, n, &method, &method_len, &path, &path_len, &minor, headers, &lines, 0) == (int)n;
}

static int response(const char *m, size_t n)
{
	const char *reason;
	size_t reason_len, lines = 128;
	int minor, status;
	return phr_parse_response(m, n, &minor, &status, &reason, &reason_len, headers, &lines, 0) == (int)n;
}

/* The decoder moves data together in place, so it gets a copy of the body. It
 * is charged for the copy: without it there is no second time. */
static int chunked(const char *m, size_t n)
{
	static char copy[1 << 20];
	struct phr_chunked_decoder decoder = {.consume_trailer = 1};
	size_t size = n;
	if (n > sizeof copy)
		return 0;
	memcpy(copy, m, n);
	return phr_decode_chunked(&decoder, copy, &size) >= 0;
}

int main(void) { return serve(request, response, chunked); }
