package org.tanfang.core

import org.tanfang.ffi.TanfangException

/**
 * Why the phone did not do what was asked: one for each thing that a person can do about it.
 * [key] finds the words; the core's own text is for a log, which we do not keep.
 */
enum class Trouble(val key: String) {
    NeedsCorrection("trouble.needs_correction"),
    Offline("trouble.offline"),
    NotEnrolled("trouble.not_enrolled"),
    SignedOut("trouble.signed_out"),
    EnrolAgain("trouble.enrol_again"),
    Revoked("trouble.revoked"),
    CodeRefused("trouble.code_refused"),
    AnotherWorker("trouble.another_worker"),
    DiskFull("trouble.disk_full"),
    SetAside("trouble.set_aside"),
    KeyLost("trouble.key_lost"),
    KeystoreLocked("trouble.keystore_locked"),
    KeystoreBroken("trouble.keystore_broken"),
    ClockSilent("trouble.clock_silent"),
    NotFound("trouble.not_found"),
    Asked("trouble.asked"),
    UpdateApp("trouble.update_app"),
    InUse("trouble.in_use"),
    Fault("trouble.fault");

    companion object {
        /** The trouble that the core threw. */
        fun of(thrown: TanfangException): Trouble = when (thrown) {
            is TanfangException.NeedsCorrection -> NeedsCorrection
            is TanfangException.Offline -> Offline
            is TanfangException.NotEnrolled -> NotEnrolled
            is TanfangException.SignedOut -> SignedOut
            is TanfangException.EnrolAgain -> EnrolAgain
            is TanfangException.Revoked -> Revoked
            is TanfangException.CodeRefused -> CodeRefused
            is TanfangException.AnotherWorker -> AnotherWorker
            is TanfangException.DiskFull -> DiskFull
            is TanfangException.SetAside -> SetAside
            is TanfangException.KeyLost -> KeyLost
            is TanfangException.KeystoreLocked -> KeystoreLocked
            is TanfangException.KeystoreBroken -> KeystoreBroken
            is TanfangException.ClockSilent -> ClockSilent
            is TanfangException.NotFound -> NotFound
            is TanfangException.Asked -> Asked
            is TanfangException.UpdateApp -> UpdateApp
            is TanfangException.InUse -> InUse
            is TanfangException.Fault -> Fault
        }
    }
}
