// SPDX-License-Identifier: BSD-3-Clause
/*
 * OpenAMP's RPC demonstration: the remote uses files and console of the host,
 * see ampkit/demo.h. The program on the host sends a first message, whatever
 * it says; then this side writes a file, reads it again, asks for a name on
 * the console, greets, and ends the conversation.
 */
#include <ampkit/demo.h>

#include "app.h"
#include "fmt.h"

#define MAX_DATA	400
#define STDIN		0
#define STDOUT		1
#define FILE_NAME	"remote.file"
#define FILE_TEXT	"This is a test string being written to file.."
#define ASK		"\r\nEnter name\r\n"
#define DATA_MODE	0600
/* A person may have to type the answer. */
#define ANSWER_TIMEOUT_US	60000000

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE), RSC_RPMSG(256),
		RSC_CTRL(ctrl, APP_HEARTBEAT_MS));

/**
 * struct packet - a call or an answer
 * @head: what it is
 * @data: what follows
 */
struct packet {
	struct demo_rpc head;
	char data[MAX_DATA];
};

static struct rpmsg_remote remote;
static struct rpmsg_endpoint proxy;
static uint32_t server = RPMSG_ADDR_ANY;
static struct packet answer;
static bool answered, ended;

/* An answer is one to the call that waits, and as long as it says. */
static void take_answer(const struct rpmsg_msg *msg)
{
	struct packet packet;

	if (msg->len < sizeof(packet.head) || msg->len > sizeof(packet))
		return;
	mem_copy(&packet, msg->data, msg->len);
	if (packet.head.id == DEMO_RPC_TERM) {
		ended = true;
		return;
	}
	if (packet.head.len > msg->len - sizeof(packet.head))
		return;
	answer = packet;
	answered = true;
}

static void rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	(void)ept;
	if (app_first_word(msg) == DEMO_SHUTDOWN)
		ended = true;
	else if (server == RPMSG_ADDR_ANY)
		server = msg->src;
	else if (msg->src == server)
		take_answer(msg);
}

static const struct rpmsg_ept_ops ops = { .rx = rx };

static bool may_go_on(void)
{
	return !ended && !rpmsg_remote_should_stop(&remote) &&
	       rpmsg_remote_state(&remote) == RPMSG_LINK_UP;
}

static void serve_once(void)
{
	rpmsg_remote_poll(&remote, RPMSG_RUN_BUDGET);
	board_port.wait(board_port.priv, &remote.notified,
			rpmsg_remote_idle_us(&remote));
}

/* Makes a call and waits for its answer; data goes both ways in a packet. */
static int call(uint32_t id, int32_t a, int32_t b, const void *data,
		uint32_t len)
{
	struct packet packet = { .head = { id, a, b, len } };
	uint64_t deadline = board_port.time_us(NULL) + ANSWER_TIMEOUT_US;
	int err;

	if (len > sizeof(packet.data))
		return -EMSGSIZE;
	mem_copy(packet.data, data, len);
	answered = false;
	err = rpmsg_sendto(&proxy, server, &packet, sizeof(packet.head) + len,
			   APP_SEND_TIMEOUT_US);
	if (err || id == DEMO_RPC_TERM)
		return err;
	while (!answered) {
		if (!may_go_on())
			return -EPIPE;
		if (board_port.time_us(NULL) >= deadline)
			return -ETIMEDOUT;
		serve_once();
	}
	return answer.head.id == id ? answer.head.a : -EPROTO;
}

static int write_text(int fd, const char *text)
{
	size_t len = str_len(text, MAX_DATA);

	return call(DEMO_RPC_WRITE, fd, len, text, len);
}

static int write_file(void)
{
	int fd = call(DEMO_RPC_OPEN,
		      DEMO_RPC_O_CREAT | DEMO_RPC_O_WRONLY | DEMO_RPC_O_TRUNC,
		      DATA_MODE, FILE_NAME, sizeof(FILE_NAME));
	int len;

	if (fd < 0)
		return fd;
	len = write_text(fd, FILE_TEXT);
	call(DEMO_RPC_CLOSE, fd, 0, NULL, 0);
	return len;
}

static int read_file(void)
{
	int fd = call(DEMO_RPC_OPEN, DEMO_RPC_O_RDONLY, 0, FILE_NAME,
		      sizeof(FILE_NAME));
	int len;

	if (fd < 0)
		return fd;
	len = call(DEMO_RPC_READ, fd, MAX_DATA - 1, NULL, 0);
	call(DEMO_RPC_CLOSE, fd, 0, NULL, 0);
	return len;
}

/* What the last read brought, as text without the end of the line. */
static const char *text_read(void)
{
	size_t len = 0;

	while (len < answer.head.len && len < sizeof(answer.data) - 1 &&
	       answer.data[len] >= ' ')
		len++;
	answer.data[len] = '\0';
	return answer.data;
}

static void greet(void)
{
	char text[MAX_DATA];

	if (write_text(STDOUT, ASK) < 0 ||
	    call(DEMO_RPC_READ, STDIN, MAX_DATA - 1, NULL, 0) < 0)
		return;
	fmt_string(text, sizeof(text), "Hello %s\r\n", text_read());
	write_text(STDOUT, text);
}

static void converse(void)
{
	int wrote = write_file();
	int read = wrote < 0 ? wrote : read_file();

	board_log("wrote %d, read %d\n", wrote, read);
	if (read >= 0)
		greet();
	if (may_go_on())
		call(DEMO_RPC_TERM, 0, 0, NULL, 0);
	board_log("conversation over\n");
	server = RPMSG_ADDR_ANY;
	ended = false;
}

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &board_port,
		.ctrl = &ctrl,
		.link = app_link,
	};
	int err;

	board_log_init(trace_log, sizeof(trace_log), "openamp-rpc");
	err = rpmsg_remote_init(&remote, &cfg);
	if (!err)
		err = rpmsg_create_ept(&proxy, &remote, DEMO_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &ops,
				       NULL);
	while (!err && !rpmsg_remote_should_stop(&remote)) {
		serve_once();
		if (server != RPMSG_ADDR_ANY)
			converse();
	}
	return app_run(&remote, err);
}
