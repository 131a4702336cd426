package dev.licet.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.licet.dialect.Dialect;

/// Which part may know which.
@AnalyzeClasses(packages = "dev.licet", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule dependenciesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("core")
            .definedBy("dev.licet.core..")
            .layer("dialects")
            .definedBy("dev.licet.dialect..")
            .layer("stores")
            .definedBy("dev.licet.store..")
            .layer("console")
            .definedBy("dev.licet.console..")
            .layer("server")
            .definedBy("dev.licet.server..", "dev.licet.cli..", "dev.licet.demo..")
            .whereLayer("server")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("console")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("stores")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("dialects")
            .mayOnlyBeAccessedByLayers("server", "console");

    @ArchTest
    static final ArchRule dialectsDoNotKnowEachOther = slices().matching("dev.licet.dialect.(*)..")
            .namingSlices("dialect $1")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule dialectsCallUseCasesAndNeverAStore = noClasses()
            .that()
            .resideInAPackage("dev.licet.dialect..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.licet.core.store..");

    @ArchTest
    static final ArchRule theDemoKnowsCoreAlone = classes()
            .that()
            .resideInAPackage("dev.licet.demo..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.licet.demo..", "dev.licet.core..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule onlyWhatFillsAStoreWithTheDemoKnowsIt = noClasses()
            .that()
            .resideInAPackage("dev.licet.demo..")
            .and()
            .doNotHaveSimpleName("Filling")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.licet.core.store..");

    @ArchTest
    static final ArchRule noPackageCycles =
            slices().matching("dev.licet.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyWiringNamesEnginesAndDialects = noClasses()
            .that()
            .resideInAnyPackage("dev.licet.server..", "dev.licet.cli..")
            .and()
            .doNotHaveFullyQualifiedName("dev.licet.server.Wiring")
            .and()
            .haveNameNotMatching("dev\\.licet\\.server\\.(Stores|Wiring\\$.*)")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.licet.store..")
            .orShould()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are dialects other than our own",
                    type -> type.isAssignableTo(Dialect.class)
                            && type.getPackageName().startsWith("dev.licet.dialect.")
                            && !type.getPackageName().equals("dev.licet.dialect.rest")));

    @ArchTest
    static final ArchRule onlyTheWireKnowsTheHttpLibrary = noClasses()
            .that()
            .resideOutsideOfPackage("dev.licet.server.http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..");

    @ArchTest
    static final ArchRule onlyStoresKnowDatabases = noClasses()
            .that()
            .resideOutsideOfPackage("dev.licet.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..",
                    "javax.sql..",
                    "org.sqlite..",
                    "org.duckdb..",
                    "org.postgresql..",
                    "org.flywaydb..",
                    "com.clickhouse..");

    @ArchTest
    static final ArchRule inADialectPackageOnlyTheDialectIsPublic = classes()
            .that()
            .resideInAPackage("dev.licet.dialect.*")
            .and()
            .areTopLevelClasses()
            .and()
            .areNotAssignableTo(Dialect.class)
            .and()
            .haveSimpleNameNotEndingWith("package-info")
            .should()
            .bePackagePrivate();
}
