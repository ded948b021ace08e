// For Android Studio; CI builds by Maven and does not run this.
pluginManagement {
    repositories {
        gradlePluginPortal()
        google()
        mavenCentral()
    }
}
dependencyResolutionManagement {
    repositories {
        google()
        mavenCentral()
    }
}
rootProject.name = "tanfang-android"
include(":core", ":ui")
