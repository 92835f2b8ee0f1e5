/* What stands between a server, or a database, and its disk in the fault laboratory, loaded into it with LD_PRELOAD.
 *
 * It concerns files below the directory VITAE_LAB_ROOT, given by absolute names or, where nothing is written down, by names
 * relative to a directory there, and does two things:
 *
 * - It writes what changes them to the file VITAE_LAB_LOG, in the order in which it took effect, each with its content:
 *   the lab makes of that what a power cut at any moment may have left.
 * - It fails as the first byte of the file VITAE_LAB_FAULT says, which may change at any time.
 *
 * Memory maps are not seen: SQLite maps only the index of its log, which no start after a cut relies on. The lab compares
 * what the log leads to with what is there in the end, so anything else that is not seen shows. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR };

/* The faults; the lab knows the same letters. */
enum fault { FULL = 'f', NO_GROWTH = 'g', WRITE_ERROR = 'w', SYNC_ERROR = 's', READ_ERROR = 'r', READ_ONLY = 'o' };

struct head {
    uint32_t kind;
    uint32_t name;   /* bytes of the name that follows */
    uint64_t file;   /* the file's number, 0 where only names count */
    uint64_t offset; /* or the new length */
    uint32_t other;  /* bytes of the second name */
    uint32_t data;   /* bytes written */
};

#define FILES 65536
static struct { uint64_t file; int seen; } files[FILES];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int out = -1;
static const volatile char *fault;

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int real_open(const char *path, int flags, mode_t mode) {
    REAL(open);
    return real(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
    /* A copy: a database writes its title over its environment. */
    root = getenv("VITAE_LAB_ROOT") ? strdup(getenv("VITAE_LAB_ROOT")) : NULL;
    root_length = root ? strlen(root) : 0;
    const char *log = getenv("VITAE_LAB_LOG"), *told = getenv("VITAE_LAB_FAULT");
    if (log) out = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int file = told ? real_open(told, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (file >= 0) {
        void *map = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) fault = map;
    }
    if ((log && out < 0) || (told && !fault)) abort();
}

static int below(const char *path) {
    return !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int inside(const char *path) {
    char here[4096];
    if (!root || !path) return 0;
    if (*path == '/') return below(path);
    return out < 0 && getcwd(here, sizeof here) && below(here);
}

static int seen(int file) { return file >= 0 && file < FILES && files[file].seen; }

static int failing(char kind) { return fault && *fault == kind; }

static int refuse(int error) {
    errno = error;
    return -1;
}

/* Whether a change must fail that needs no room, and with what. */
static int trouble(void) {
    if (failing(FULL)) return ENOSPC;
    if (failing(WRITE_ERROR)) return EIO;
    return failing(READ_ONLY) ? EROFS : 0;
}

/* The same of one after which the file is that long; -1 where there is none yet. */
static int trouble_to(int file, off_t end) {
    struct stat is;
    if (failing(NO_GROWTH) && (file < 0 || (!fstat(file, &is) && end > is.st_size))) return ENOSPC;
    return trouble();
}

static void note(enum kind kind, uint64_t file, uint64_t offset, const char *name, const char *other, const void *data, size_t length) {
    if (out < 0) return;
    struct head head = {kind, name ? strlen(name) : 0, file, offset, other ? strlen(other) : 0, (uint32_t)length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)name, head.name}, {(void *)other, head.other}, {(void *)data, length}};
    size_t whole = sizeof head + head.name + head.other + length;
    int saved = errno;
    REAL(writev);
    if (real(out, parts, 4) != (ssize_t)whole) abort();
    errno = saved;
}

static int opened(const char *path, int flags, mode_t mode) {
    if (!inside(path)) return real_open(path, flags, mode);
    pthread_mutex_lock(&turn);
    struct stat was, is;
    int there = stat(path, &was) == 0;
    int error = (flags & (O_CREAT | O_TRUNC)) && !there ? trouble_to(-1, 0) : 0;
    if (!error && failing(READ_ONLY) && (flags & O_ACCMODE) != O_RDONLY) error = EROFS;
    int file = error ? refuse(error) : real_open(path, flags, mode);
    if (file >= 0 && file < FILES && fstat(file, &is) == 0) {
        files[file].file = is.st_ino;
        files[file].seen = 1;
        if (!there) note(CREATE, is.st_ino, 0, path, NULL, NULL, 0);
        else if ((flags & O_TRUNC) && was.st_size) note(TRUNCATE, is.st_ino, 0, NULL, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&turn);
    return file;
}

#define OPENING(name) \
    int name(const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return opened(path, flags, mode); \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (inside(path)) return opened(path, flags, mode); \
        REAL(name); \
        return real(folder, path, flags, mode); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int close(int file) {
    REAL(close);
    if (!seen(file)) return real(file);
    pthread_mutex_lock(&turn);
    files[file].seen = 0;
    int result = real(file);
    pthread_mutex_unlock(&turn);
    return result;
}

/* The bytes of a write that are taken: a full disk takes what fits, half of what is not small. 0 where it must fail. */
static size_t taken(int error, size_t length) { return !error ? length : error == ENOSPC && length > 512 ? length / 2 : 0; }

static ssize_t placed(ssize_t (*real)(int, const void *, size_t, off_t), int file, const void *data, size_t length, off_t offset) {
    if (!seen(file)) return real(file, data, length, offset);
    pthread_mutex_lock(&turn);
    int error = trouble_to(file, offset + length);
    size_t part = taken(error, length);
    ssize_t done = part || !error ? real(file, data, part, offset) : refuse(error);
    if (done > 0) note(WRITE, files[file].file, offset, NULL, NULL, data, done);
    pthread_mutex_unlock(&turn);
    return done;
}

ssize_t write(int file, const void *data, size_t length) {
    REAL(write);
    if (!seen(file)) return real(file, data, length);
    pthread_mutex_lock(&turn);
    int error = trouble_to(file, lseek(file, 0, SEEK_CUR) + length);
    size_t part = taken(error, length);
    ssize_t done = part || !error ? real(file, data, part) : refuse(error);
    if (done > 0) note(WRITE, files[file].file, lseek(file, 0, SEEK_CUR) - done, NULL, NULL, data, done);
    pthread_mutex_unlock(&turn);
    return done;
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) {
    REAL(pwrite);
    return placed(real, file, data, length, offset);
}

ssize_t pwrite64(int file, const void *data, size_t length, off_t offset) {
    REAL(pwrite);
    return placed(real, file, data, length, offset);
}

/* Only of databases, which nothing is written down of. */
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    REAL(pwritev);
    off_t end = offset;
    for (int part = 0; part < count; part++) end += parts[part].iov_len;
    int error = seen(file) ? (out < 0 ? trouble_to(file, end) : ENOSYS) : 0;
    return error ? refuse(error) : real(file, parts, count, offset);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t offset) {
    return pwritev(file, parts, count, offset);
}

int posix_fallocate(int file, off_t offset, off_t length) {
    REAL(posix_fallocate);
    int error = seen(file) ? (out < 0 ? trouble_to(file, offset + length) : ENOSYS) : 0;
    return error ? error : real(file, offset, length);
}

int posix_fallocate64(int file, off_t offset, off_t length) { return posix_fallocate(file, offset, length); }

ssize_t read(int file, void *data, size_t length) {
    REAL(read);
    return seen(file) && failing(READ_ERROR) ? refuse(EIO) : real(file, data, length);
}

ssize_t pread(int file, void *data, size_t length, off_t offset) {
    REAL(pread);
    return seen(file) && failing(READ_ERROR) ? refuse(EIO) : real(file, data, length, offset);
}

ssize_t pread64(int file, void *data, size_t length, off_t offset) {
    return pread(file, data, length, offset);
}

int ftruncate(int file, off_t length) {
    REAL(ftruncate);
    if (!seen(file)) return real(file, length);
    pthread_mutex_lock(&turn);
    int error = trouble_to(file, length);
    int result = error ? refuse(error) : real(file, length);
    if (!result) note(TRUNCATE, files[file].file, length, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}

int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

static int synced(int (*real)(int), int file) {
    if (!seen(file)) return real(file);
    if (failing(SYNC_ERROR) || failing(WRITE_ERROR)) return refuse(EIO);
    /* What is written during a sync need not be in it, so the sync counts from before it began; and it is told once it is
     * over, for until then nothing may rely on it. The turn is kept meanwhile. */
    pthread_mutex_lock(&turn);
    int result = real(file);
    if (!result) note(SYNC, files[file].file, 0, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}

int fsync(int file) {
    REAL(fsync);
    return synced(real, file);
}

int fdatasync(int file) {
    REAL(fdatasync);
    return synced(real, file);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    if (!inside(from)) return real(from, to);
    pthread_mutex_lock(&turn);
    int error = trouble();
    int result = error ? refuse(error) : real(from, to);
    if (!result) note(RENAME, 0, 0, from, to, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}

int unlink(const char *path) {
    REAL(unlink);
    if (!inside(path)) return real(path);
    pthread_mutex_lock(&turn);
    int error = failing(READ_ONLY) ? EROFS : 0;
    int result = error ? refuse(error) : real(path);
    if (!result) note(UNLINK, 0, 0, path, NULL, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (!inside(path)) return real(path, mode);
    pthread_mutex_lock(&turn);
    int error = trouble_to(-1, 0);
    int result = error ? refuse(error) : real(path, mode);
    struct stat is;
    if (!result && !stat(path, &is)) note(MKDIR, is.st_ino, 0, path, NULL, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}
