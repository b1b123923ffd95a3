#include "local/job_hash.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/msg.h"

#define CHUNK ((size_t)1024 * 1024)
#define THREADS_MAX 16

#define TEXT_OF(number) #number
#define SONAME(number) "libcrypto.so." TEXT_OF(number)

/* The functions of libcrypto that are called, under their own names. */
static struct {
	EVP_MD_CTX *(*EVP_MD_CTX_new)(void);
	void (*EVP_MD_CTX_free)(EVP_MD_CTX *);
	const EVP_MD *(*EVP_sha256)(void);
	int (*EVP_DigestInit_ex)(EVP_MD_CTX *, const EVP_MD *, ENGINE *);
	int (*EVP_DigestUpdate)(EVP_MD_CTX *, const void *, size_t);
	int (*EVP_DigestFinal_ex)(EVP_MD_CTX *, unsigned char *, unsigned *);
} crypto;

struct work {
	struct job_hash *files;
	size_t n;
	atomic_size_t next;
	atomic_bool failed;
};

/* POSIX says that what dlsym() returns is a function, too; ISO C does not. */
static bool
find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);

	memcpy(function, &symbol, sizeof(symbol));
	return symbol != NULL;
}

static int
load_library(void)
{
	void *library;

	if (crypto.EVP_sha256 != NULL)
		return 0;
	library = dlopen(SONAME(OPENSSL_SHLIB_VERSION), RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	if (library != NULL && find(library, "EVP_MD_CTX_new", &crypto.EVP_MD_CTX_new) &&
	    find(library, "EVP_MD_CTX_free", &crypto.EVP_MD_CTX_free) &&
	    find(library, "EVP_DigestInit_ex", &crypto.EVP_DigestInit_ex) &&
	    find(library, "EVP_DigestUpdate", &crypto.EVP_DigestUpdate) &&
	    find(library, "EVP_DigestFinal_ex", &crypto.EVP_DigestFinal_ex) &&
	    find(library, "EVP_sha256", &crypto.EVP_sha256))
		return 0;
	msg("libcrypto: %s: files cannot be hashed", dlerror());
	return -1;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int
sum(int fd, EVP_MD_CTX *context, void *buffer, char hex[JOB_HASH_HEX])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned length;
	ssize_t n;

	if (crypto.EVP_DigestInit_ex(context, crypto.EVP_sha256(), NULL) != 1 ||
	    lseek(fd, 0, SEEK_SET) != 0)
		return EIO;
	while ((n = read(fd, buffer, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || crypto.EVP_DigestUpdate(context, buffer, (size_t)n) != 1)
			return n < 0 ? errno : EIO;
	}
	if (crypto.EVP_DigestFinal_ex(context, bytes, &length) != 1)
		return EIO;
	for (unsigned i = 0; i < length; i++)
		sprintf(hex + (size_t)2 * i, "%02x", bytes[i]);
	return 0;
}

static void
read_one(struct job_hash *file, EVP_MD_CTX *context, void *buffer)
{
	/* A FIFO does not keep us waiting. */
	int fd = open(file->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat before, after;

	if (fd < 0 || fstat(fd, &before) != 0) {
		file->error = errno;
	} else if (!S_ISREG(before.st_mode)) {
		file->error = S_ISDIR(before.st_mode) ? EISDIR : EINVAL;
	} else {
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		for (int tries = 0; tries < 2; tries++) {
			file->error = sum(fd, context, buffer, file->sha256);
			if (file->error != 0 || fstat(fd, &after) != 0)
				break;
			file->unsteady = !is_same(&before, &after);
			before = after;
			if (!file->unsteady)
				break;
		}
		file->size = before.st_size;
		file->modified = before.st_mtim;
		file->changed = before.st_ctim;
	}
	if (file->error != 0 || file->unsteady)
		file->sha256[0] = '\0';
	if (fd >= 0)
		close(fd);
}

static void *
work_on(void *argument)
{
	struct work *work = argument;
	EVP_MD_CTX *context = crypto.EVP_MD_CTX_new();
	void *buffer = malloc(CHUNK);
	size_t i;

	if (context == NULL || buffer == NULL)
		work->failed = true;
	else
		while ((i = work->next++) < work->n)
			read_one(&work->files[i], context, buffer);
	crypto.EVP_MD_CTX_free(context);
	free(buffer);
	return NULL;
}

int
job_hash_all(struct job_hash *files, size_t n)
{
	struct work work = {.files = files, .n = n};
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[THREADS_MAX];
	size_t wanted = processors > 1 ? (size_t)processors : 1, started = 0;

	if (n == 0)
		return 0;
	if (load_library() != 0)
		return -1;
	wanted = wanted < n ? wanted : n;
	wanted = wanted < THREADS_MAX ? wanted : THREADS_MAX;
	while (started + 1 < wanted &&
	       pthread_create(&threads[started], NULL, work_on, &work) == 0)
		started++;
	work_on(&work);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	/* A thread without memory leaves its share to the others, but for the last. */
	if (work.next >= n)
		return 0;
	msg("no memory");
	return -1;
}
