using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>
/// By which a cluster's processes and its clients know each other: an authority of the cluster's own and one certificate of it, which all of them have. The keys come from
/// the cluster's secrets, so that a task that is started after a restart of the control plane is known too. They name no hosts.
/// </summary>
/// <param name="Authority">The authority's certificate.</param>
/// <param name="Own">The certificate that all have, with its key.</param>
internal sealed record ClusterCertificates(string Authority, string Own)
{
    // No secret of a package's own can have these names.
    private const string AuthoritySecret = "tls-authority";
    private const string OwnSecret = "tls-own";
    private static readonly ConcurrentDictionary<(string ClusterId, string Secret), ClusterCertificates> Made = new();
    private static readonly TimeSpan Since = TimeSpan.FromDays(1);
    private static readonly TimeSpan Lasting = TimeSpan.FromDays(20 * 365);

    /// <summary>A signature is another one each time: the same cluster's are made once, so that nothing seems to have changed.</summary>
    public static ClusterCertificates Of(ClusterSettings settings) => Made.GetOrAdd((settings.Cluster.Id, settings.Secret(AuthoritySecret)), _ => Make(settings));

    private static ClusterCertificates Make(ClusterSettings settings)
    {
        // Clocks of hosts differ.
        var from = settings.Cluster.CreatedAt - Since;
        using var authorityKey = KeyOf(settings.Secret(AuthoritySecret));
        var request = new CertificateRequest($"CN={settings.Cluster.Id} authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var authority = request.CreateSelfSigned(from, from + Lasting);

        using var ownKey = KeyOf(settings.Secret(OwnSecret));
        var own = new CertificateRequest($"CN={settings.Cluster.Id}", ownKey, HashAlgorithmName.SHA256);
        own.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        own.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        own.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        own.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var signed = own.Create(authority, from, from + Lasting, [1]);
        return new ClusterCertificates(authority.ExportCertificatePem() + "\n", $"{signed.ExportCertificatePem()}\n{ownKey.ExportPkcs8PrivateKeyPem()}\n");
    }

    private static ECDsa KeyOf(string secret)
    {
        var number = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        number[0] &= 0x7F; // Below the order of the curve.
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = number });
    }
}
