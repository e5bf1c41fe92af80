/* Times http_parser (Node.js before llhttp), with callbacks that note positions,
 * as any use of it does. */
#include "../runner.h"
#include <http_parser.h>

static struct {
	const char *at;
	size_t length;
} notes[512];
static unsigned noted;
static int complete;

static int note(http_parser *p, const char *at, size_t length)
{
	(void)p;
	notes[noted & 511].at = at;
	notes[noted++ & 511].length = length;
	return 0;
}

static int headers_complete(http_parser *p)
{
	(void)p;
	complete = 1;
	return 1; /* no body is to be read */
}

static int message_complete(http_parser *p)
{
	(void)p;
	complete = 1;
	return 0;
}

static const http_parser_settings head_settings = {
	.on_url = note, .on_status = note, .on_header_field = note, .on_header_value = note, .on_headers_complete = headers_complete,
};
static const http_parser_settings body_settings = {.on_body = note, .on_message_complete = message_complete};

static int head(enum http_parser_type type, const char *m, size_t n)
{
	http_parser p;
	http_parser_init(&p, type);
	noted = complete = 0;
	http_parser_execute(&p, &head_settings, m, n);
	return complete;
}

static int request(const char *m, size_t n) { return head(HTTP_REQUEST, m, n); }
static int response(const char *m, size_t n) { return head(HTTP_RESPONSE, m, n); }

static int chunked(const char *m, size_t n)
{
	static const char before[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
	http_parser p;
	http_parser_init(&p, HTTP_REQUEST);
	noted = complete = 0;
	http_parser_execute(&p, &body_settings, before, sizeof before - 1);
	http_parser_execute(&p, &body_settings, m, n);
	return complete;
}

int main(void) { return serve(request, response, chunked); }
