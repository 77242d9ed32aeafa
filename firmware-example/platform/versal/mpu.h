/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory protection unit.
 */
#ifndef MPU_H
#define MPU_H

void mpu_init(void);

#endif /* MPU_H */
