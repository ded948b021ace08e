package org.tanfang.core

import org.tanfang.ffi.SyncListener
import org.tanfang.ffi.SyncProgress

/** Hears how a sync goes on. */
internal class Told(private val told: (SyncProgress) -> Unit) : SyncListener {
    override fun told(progress: SyncProgress) = told.invoke(progress)
}
