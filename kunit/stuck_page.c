// SPDX-License-Identifier: GPL-2.0
/*
 * stuck_page.c - memory whose first touch takes as long as a test wants
 *
 * As that of a file whose server does not answer. A page of /dev/stuck_page that
 * was mapped is never there: who touches it waits until somebody writes to the
 * device, and gets SIGBUS, or EFAULT in a system call. @stuck tells how many wait.
 */

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/wait.h>

static int stuck;
module_param(stuck, int, 0444);
MODULE_PARM_DESC(stuck, "how many wait for a page");

static bool let_go;
static DECLARE_WAIT_QUEUE_HEAD(wait);

static vm_fault_t stuck_page_fault(struct vm_fault *vmf)
{
	WRITE_ONCE(stuck, stuck + 1);
	wait_event_killable(wait, READ_ONCE(let_go));
	WRITE_ONCE(stuck, stuck - 1);

	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct stuck_page_vm_ops = {
	.fault = stuck_page_fault,
};

static int stuck_page_mmap(struct file *filp, struct vm_area_struct *vma)
{
	vma->vm_ops = &stuck_page_vm_ops;
	return 0;
}

static ssize_t stuck_page_write(struct file *filp, const char __user *from,
				size_t len, loff_t *pos)
{
	WRITE_ONCE(let_go, true);
	wake_up_all(&wait);
	return len;
}

static const struct file_operations stuck_page_fops = {
	.owner = THIS_MODULE,
	.mmap = stuck_page_mmap,
	.write = stuck_page_write,
};

static struct miscdevice stuck_page = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "stuck_page",
	.fops = &stuck_page_fops,
};
module_misc_device(stuck_page);

MODULE_DESCRIPTION("Memory whose first touch takes its time, for tests");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");
