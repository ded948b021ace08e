// For Android Studio; CI builds by Maven and does not run this.
plugins { alias(libs.plugins.kotlin.jvm) }

val root = rootDir.parentFile
val bindings = layout.buildDirectory.dir("bindings")

// The bindings are made of the library that cargo built, as in pom.xml.
val generateBindings by tasks.registering(Exec::class) {
    val debug = root.resolve("target/debug")
    commandLine(
        debug.resolve("uniffi-bindgen"), "generate", "--library", debug.resolve("libtanfang_ffi.so"),
        "--language", "kotlin", "--no-format", "--out-dir", bindings.get().asFile,
    )
    workingDir = root
    outputs.dir(bindings)
}

kotlin { jvmToolchain(17) }
sourceSets.main {
    kotlin.srcDir(generateBindings)
    resources.srcDir(root).include("shells/strings/*.properties")
}
dependencies {
    api(libs.coroutines.core)
    implementation(libs.jna)
}
