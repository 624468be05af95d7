using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>The keys that protect what browsers carry, for all control planes that share a database: a page of one is a page of the next.</summary>
public sealed class ProtectionKeys(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => database.Read<IReadOnlyCollection<XElement>>(connection =>
        [.. connection.Query<string>("SELECT content FROM protection_keys ORDER BY name").Select(XElement.Parse)]);

    public void StoreElement(XElement element, string friendlyName) => database.Write(transaction => transaction.Connection!.Execute(
        "INSERT INTO protection_keys (name, content) VALUES (@friendlyName, @content) ON CONFLICT (name) DO UPDATE SET content = excluded.content",
        new { friendlyName, content = element.ToString(SaveOptions.DisableFormatting) }, transaction));
}
