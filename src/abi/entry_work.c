/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "abi/entry_work.h"

union entry_work entry_work;
