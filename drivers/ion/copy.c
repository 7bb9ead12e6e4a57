// SPDX-License-Identifier: GPL-2.0-only
/* Copies of structs from and to the caller of an ioctl. */
#include <linux/errno.h>
#include <linux/types.h>
#include <linux/uaccess.h>

#include "calls.h"

/* Of so few bytes copy_from_user() copies each by itself on some machines. */
#define ION_COPY_WORDS_MAX	(8 * sizeof(u64))

static int ion_copy_words(u32 *to, const u32 __user *from, size_t size)
{
	size_t i;

	if (!user_access_begin(from, size))
		return -EFAULT;
	for (i = 0; i < size / sizeof(*to); i++)
		unsafe_get_user(to[i], from + i, err_fault);
	user_access_end();
	return 0;

err_fault:
	user_access_end();
	return -EFAULT;
}

/**
 * ion_copy_in() - copy a struct that begins with its size from the caller
 * @to: all @size bytes are written; unusable after an error
 * @size: size of the struct in this build. No struct has grown yet, so a caller may
 *	not pass a smaller one.
 * @from: the caller's struct
 *
 * Return: 0; -EFAULT; -EINVAL for a struct that is too small; -E2BIG for a larger one
 * with bytes other than 0 that this driver does not know.
 */
int ion_copy_in(void *to, size_t size, const void __user *from)
{
	u32 theirs;

	if (get_user(theirs, (const u32 __user *)from))
		return -EFAULT;
	if (theirs < size)
		return -EINVAL;
	if (theirs > PAGE_SIZE)
		return -E2BIG;
	if (theirs == size && size <= ION_COPY_WORDS_MAX)
		return ion_copy_words(to, from, size);
	return copy_struct_from_user(to, size, from, theirs);
}

/**
 * ion_copy_out() - copy a struct to the caller
 * @to: the caller's struct
 * @from: the struct to copy
 * @size: bytes to copy
 *
 * Return: 0 or -EFAULT.
 */
int ion_copy_out(void __user *to, const void *from, size_t size)
{
	return copy_to_user(to, from, size) ? -EFAULT : 0;
}
