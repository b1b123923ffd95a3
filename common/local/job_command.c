#include "local/job_command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/msg.h"

#define BUFFER_BYTES 65536

/* One of its outputs, on the way from the pipe to the file and to our own. */
struct passage {
	int from, file, to;
	bool pipe; /* ours is one, or a terminal: it takes PIPE_BUF bytes at a time */
	char *buffer;
	size_t at, n; /* what ours has not taken yet */
	long long
	    left; /* bytes to be read yet, once the command has ended; -1: no limit */
};

struct run {
	const struct job_command *command;
	struct job_outcome *outcome;
	struct passage passages[2];
	int signals; /* signalfd */
	pid_t pid;
	bool foreground; /* the command has the terminal */
	bool ended, stopping;
	double begun, deadline; /* 0: none */
};

/* The mask of signals that the command gets: ours before we blocked them. */
static sigset_t before;
static bool blocked;

const char *
job_command_signal_name(int number)
{
	static char name[24];
	const char *letters = sigabbrev_np(number);

	if (letters != NULL)
		snprintf(name, sizeof(name), "SIG%s", letters);
	else
		snprintf(name, sizeof(name), "signal %d", number);
	return name;
}

/* ---- Its output ------------------------------------------------------------- */

static void
close_passage(struct passage *passage)
{
	if (passage->from >= 0)
		close(passage->from);
	passage->from = -1;
}

static void
keep(struct run *run, struct passage *passage)
{
	for (size_t at = 0; at < passage->n && passage->file >= 0;) {
		ssize_t n = write(passage->file, passage->buffer + at, passage->n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (!run->outcome->unkept)
				msg("the command's output is not kept: %s",
				    strerror(errno));
			run->outcome->unkept = true;
			passage->file = -1;
			return;
		}
		at += (size_t)n;
	}
}

/* Read what there is.  False at its end. */
static bool
take(struct run *run, struct passage *passage)
{
	size_t room = BUFFER_BYTES;
	ssize_t n;

	if (passage->left >= 0 && passage->left < (long long)room)
		room = (size_t)passage->left;
	n = room > 0 ? read(passage->from, passage->buffer, room) : 0;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	if (passage->left >= 0)
		passage->left -= n;
	passage->at = 0;
	passage->n = (size_t)n;
	keep(run, passage);
	return true;
}

/* Pass on what ours takes without waiting.  Where nobody reads ours any more, nobody
   reads the command's: it gets the signal that it would have got. */
static void
pass(struct run *run, struct passage *passage)
{
	size_t part = passage->n - passage->at;
	ssize_t n;

	if (passage->pipe && part > PIPE_BUF)
		part = PIPE_BUF;
	n = write(passage->to, passage->buffer + passage->at, part);
	if (n > 0) {
		passage->at += (size_t)n;
	} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
		passage->at = passage->n;
		if (errno == EPIPE) {
			close_passage(passage);
		} else if (passage->to == STDOUT_FILENO && !run->outcome->unpassed) {
			msg("stdout: %s: see the job's file for what the command printed",
			    strerror(errno));
			run->outcome->unpassed = true;
		}
	}
}

/* The command has ended: what lies in the pipes is its last word. */
static void
limit(struct run *run)
{
	for (int i = 0; i < 2; i++) {
		int n = 0;

		if (run->passages[i].from >= 0 &&
		    ioctl(run->passages[i].from, FIONREAD, &n) == 0)
			run->passages[i].left = n;
	}
}

/* ---- Its life --------------------------------------------------------------- */

static void
stop(struct run *run, int number, const char *by)
{
	if (run->outcome->stopped_by == NULL)
		run->outcome->stopped_by = by;
	run->stopping = true;
	if (run->deadline == 0)
		run->deadline = clock_seconds() + run->command->grace;
	(void)kill(-run->pid, number);
	(void)kill(-run->pid, SIGCONT);
}

static void
take_back_terminal(const struct run *run)
{
	if (run->foreground)
		(void)tcsetpgrp(STDIN_FILENO, getpgrp());
}

/* It was stopped at the terminal: so are we, until somebody lets us go on. */
static void
sleep_along(struct run *run)
{
	if (!run->foreground)
		return;
	take_back_terminal(run);
	raise(SIGSTOP);
	(void)tcsetpgrp(STDIN_FILENO, run->pid);
	(void)kill(-run->pid, SIGCONT);
}

static void
look(struct run *run)
{
	struct job_outcome *outcome = run->outcome;
	int status;
	pid_t pid;

	while ((pid = wait4(run->pid, &status, WNOHANG | WUNTRACED, &outcome->usage)) < 0)
		if (errno != EINTR)
			return;
	if (pid == 0)
		return;
	if (WIFSTOPPED(status)) {
		sleep_along(run);
		return;
	}
	run->ended = true;
	outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	outcome->status =
	    outcome->signal != 0 ? 128 + outcome->signal : WEXITSTATUS(status);
	/* From the terminal it came past us. */
	if (run->foreground && outcome->stopped_by == NULL &&
	    (outcome->signal == SIGINT || outcome->signal == SIGQUIT))
		outcome->stopped_by = outcome->signal == SIGINT ? "SIGINT" : "SIGQUIT";
	limit(run);
}

static void
take_signal(struct run *run)
{
	struct signalfd_siginfo info;
	static char name[24];

	while (read(run->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			look(run);
			continue;
		}
		if (name[0] == '\0')
			snprintf(name, sizeof(name), "%s",
			    job_command_signal_name((int)info.ssi_signo));
		stop(run, (int)info.ssi_signo, name);
	}
}

/* Time that passed: the limit, the grace, what our caller does meanwhile. */
static void
take_time(struct run *run)
{
	const struct job_command *command = run->command;
	double passed = clock_seconds() - run->begun;

	if (command->timeout > 0 && passed >= command->timeout && !run->stopping &&
	    !run->ended)
		stop(run, SIGTERM, "time-out");
	if (run->deadline > 0 && clock_seconds() >= run->deadline) {
		(void)kill(-run->pid, SIGKILL);
		run->deadline = clock_seconds() + command->grace;
	}
	if (command->tick != NULL && !run->ended)
		command->tick(command->context, passed);
}

static int
next_timeout(const struct run *run)
{
	double wait = 0.25, left;

	left = run->begun + run->command->timeout - clock_seconds();
	if (run->command->timeout > 0 && !run->stopping && left < wait)
		wait = left;
	left = run->deadline - clock_seconds();
	if (run->deadline > 0 && left < wait)
		wait = left;
	return wait > 0 ? (int)(wait * 1000) + 1 : 0;
}

static bool
is_open(const struct run *run)
{
	return run->passages[0].from >= 0 || run->passages[1].from >= 0 ||
	       run->passages[0].at < run->passages[0].n ||
	       run->passages[1].at < run->passages[1].n;
}

static void
attend(struct run *run)
{
	while (!run->ended || is_open(run)) {
		struct pollfd polled[5] = {{run->signals, POLLIN, 0}};

		for (int i = 0; i < 2; i++) {
			struct passage *p = &run->passages[i];
			bool full = p->at < p->n;

			if (run->ended && p->left == 0 && !full)
				close_passage(p);
			polled[1 + i] = (struct pollfd){full ? -1 : p->from, POLLIN, 0};
			polled[3 + i] = (struct pollfd){full ? p->to : -1, POLLOUT, 0};
		}
		if (run->ended && !is_open(run))
			break;
		if (poll(polled, 5, next_timeout(run)) < 0 && errno != EINTR)
			break;
		if (polled[0].revents != 0)
			take_signal(run);
		for (int i = 0; i < 2; i++) {
			struct passage *p = &run->passages[i];

			if (p->at < p->n && polled[3 + i].revents != 0)
				pass(run, p);
			else if (p->from >= 0 && polled[1 + i].revents != 0 &&
				 !take(run, p))
				close_passage(p);
		}
		take_time(run);
	}
}

/* It was told to stop and has: see that none of its group stays behind. */
static void
end_group(struct run *run)
{
	const struct timespec pause = {0, 5000000};
	bool killed = false;

	while (run->stopping && kill(-run->pid, 0) == 0) {
		if (clock_seconds() >= run->deadline) {
			if (killed)
				return; /* zombies that nobody reaps */
			(void)kill(-run->pid, SIGKILL);
			killed = true;
			run->deadline = clock_seconds() + 0.5;
		}
		nanosleep(&pause, NULL);
	}
}

/* ---- Its beginning ---------------------------------------------------------- */

/* In the child. */
static void
become(const struct run *run, const int ends[2], int report, pid_t parent)
{
	const struct job_command *command = run->command;

	(void)setpgid(0, 0);
	if (run->foreground)
		(void)tcsetpgrp(STDIN_FILENO, getpid()); /* SIGTTOU is blocked */
	/* Should we be killed, it has nobody to write to, and no one to end it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(128 + SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	umask(command->mask);
	if (dup2(ends[0], STDOUT_FILENO) >= 0 && dup2(ends[1], STDERR_FILENO) >= 0 &&
	    (command->directory == NULL || chdir(command->directory) == 0))
		execvp(command->arguments[0], command->arguments);
	(void)!write(report, &errno, sizeof(errno));
	_exit(127);
}

/* 0, or -1 with errno set. */
static int
begin(struct run *run)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1}, report[2] = {-1, -1}, result = -1;
	pid_t parent = getpid();

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 ||
	    pipe2(report, O_CLOEXEC) != 0)
		goto done;
	run->pid = fork();
	if (run->pid < 0)
		goto done;
	if (run->pid == 0)
		become(run, (int[2]){out[1], err[1]}, report[1], parent);
	(void)setpgid(run->pid, run->pid);
	run->passages[0].from = out[0];
	run->passages[1].from = err[0];
	out[0] = err[0] = -1;
	close(report[1]);
	report[1] = -1;
	while (read(report[0], &run->outcome->error, sizeof(int)) < 0)
		if (errno != EINTR)
			break;
	result = 0;
done:
	for (int i = 0; i < 2; i++) {
		if (out[i] >= 0)
			close(out[i]);
		if (err[i] >= 0)
			close(err[i]);
		if (report[i] >= 0)
			close(report[i]);
	}
	return result;
}

/* Signals come through a descriptor; those that somebody had us ignore stay ignored. */
static int
block_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTTOU);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&set, numbers[i]);
	(void)sigprocmask(SIG_BLOCK, &set, blocked ? NULL : &before);
	blocked = true;
	sigdelset(&set, SIGTTOU);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void
job_command_unblock(void)
{
	if (blocked)
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	blocked = false;
}

static void
open_passage(struct passage *passage, int file, int to)
{
	struct stat st;

	*passage = (struct passage){.from = -1, .file = file, .to = to, .left = -1};
	passage->pipe = fstat(to, &st) != 0 || !S_ISREG(st.st_mode);
	passage->buffer = malloc(BUFFER_BYTES);
}

int
job_command_run(const struct job_command *command, struct job_outcome *outcome)
{
	struct run run = {
	    .command = command, .outcome = outcome, .begun = clock_seconds()};
	int result = -1;

	*outcome = (struct job_outcome){0};
	open_passage(&run.passages[0], command->outputs[0], STDOUT_FILENO);
	open_passage(&run.passages[1], command->outputs[1], STDERR_FILENO);
	run.foreground = isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
	run.signals = block_signals();
	if (run.signals >= 0 && run.passages[0].buffer != NULL &&
	    run.passages[1].buffer != NULL && begin(&run) == 0) {
		attend(&run);
		end_group(&run);
		take_back_terminal(&run);
		result = 0;
	} else {
		msg("%s: cannot be started: %s", command->arguments[0], strerror(errno));
	}
	if (outcome->error != 0)
		outcome->status = outcome->error == ENOENT ? 127 : 126;
	for (int i = 0; i < 2; i++) {
		close_passage(&run.passages[i]);
		free(run.passages[i].buffer);
	}
	if (run.signals >= 0)
		close(run.signals);
	return result;
}
